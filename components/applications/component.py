"""The applications in a cluster: their namespace, their priority, and every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi

from components.applications.place import PRIORITY_CLASS, url
from components.applications.settings import ApplicationsSettings
from components.applications.workloads import grants
from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServices
from components.context import Context
from components.eks_cluster import EksCluster
from components.kubernetes.priority import priority_class
from components.tenancy import DeployedWorkload, WorkloadNamespace

PRIORITY: Final = 3000
"""Above servers and agents: pupils and teachers wait for these."""


class Applications(pulumi.ComponentResource):
    """The applications' namespace with its quota, and every application, its Jobs before and after it.

    In the phase ``bootstrap`` no workload is made, since nobody has pushed its image yet.
    """

    namespace: str
    endpoints: Mapping[str, str]
    """Where workloads in the cluster call each application that listens."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        settings: ApplicationsSettings,
        plan: ClusterPlan,
        context: Context,
        cluster: EksCluster,
        services: ClusterServices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Applications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.namespace = settings.namespace_in(context.names)
        objects, workloads = services.objects, plan.workloads_in(self.namespace)
        self.endpoints = {
            key: url(key, self.namespace, row.port)
            for key, row in settings.applications.items()
            if row.port is not None
        }
        objects.add(priority_class(PRIORITY_CLASS, PRIORITY, "Applications: people wait for them"), parent=self)
        WorkloadNamespace(
            plan.namespaces[self.namespace],
            workloads,
            context,
            objects,
            cluster.ref,
            quota=settings.quota,
            opts=child,
        )
        if context.identity.phase == "running":
            granted = grants(settings, context.names)
            for workload in workloads:
                DeployedWorkload(
                    workload, granted.get(workload.name, []), plan.topology, objects, cluster.ref, opts=child
                )
        self.register_outputs({"namespace": self.namespace, "endpoints": dict(self.endpoints)})
