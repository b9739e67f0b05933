"""Puts operators into a cluster: their namespaces, identities, network policies and Helm releases, in true order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

from components.cluster_plan import ClusterPlan
from components.context import Context
from components.eks_cluster import EksCluster
from components.kubernetes.cluster_objects import ClusterObjects
from components.kubernetes.manifest import name_of
from components.kubernetes.namespace import namespace_manifests
from components.operators.footprint import Home
from components.operators.identities import operator_grants
from components.operators.operator import Operator, Site
from components.pod_identity import PodIdentity
from components.tenancy import secrets_role_parts
from components.versions import Addon, Chart


class Installer:
    """What installing operators into one cluster takes. Shared by every component that brings some."""

    def __init__(  # noqa: PLR0917 - what an installation stands on
        self,
        plan: ClusterPlan,
        site: Site,
        context: Context,
        cluster: EksCluster,
        objects: ClusterObjects,
        secret_namespaces: Sequence[str],
        before: Sequence[pulumi.Resource],
    ) -> None:
        """``before`` is what every operator's pods need besides: their priority."""
        self.plan = plan
        self.site = site
        self.objects = objects
        self._context = context
        self._cluster = cluster
        self._before = tuple(before)
        self._installed: dict[str, pulumi.Resource] = {}
        self._policies: dict[str, list[pulumi.Resource]] = {}
        self._secrets_roles = [
            context.names.role_arn(*secrets_role_parts(cluster.key, namespace)) for namespace in secret_namespaces
        ]

    def namespaces(self, homes: Iterable[Home], parent: pulumi.Resource) -> None:
        """Make the namespaces of ``homes``, closed, and open in them the paths that the operators declare."""
        for home in homes:
            name = home.namespace(self.site.platform)
            if name in self._policies:
                continue
            self.objects.add_all(namespace_manifests(self.plan.namespaces[name]), parent=parent)
            # workloads of ours bring their own
            ours = {workload.name for workload in self.plan.workloads_in(name)}
            self._policies[name] = [
                self.objects.add(policy, parent=parent)
                for policy in self.plan.topology.policies(name)
                if name_of(policy) not in ours
            ]

    def install(
        self,
        operator: Operator,
        parent: pulumi.Resource,
        *,
        values: dict[str, object] | None = None,
        depends_on: Sequence[pulumi.Resource] = (),
    ) -> pulumi.Resource:
        """Install ``operator`` after what it requires; ``values`` replaces what the catalogue gives.

        Its namespace must have been made. ``TypeError`` for an add-on: those are the cluster's own.
        """
        first = [self._installed[name] for name in (*operator.requires, *operator.after) if name in self._installed]
        namespace = operator.home.namespace(self.site.platform)
        made = self.objects.find("Namespace", None, namespace)
        claims = any(pod.volumes for pod in operator.pods(self.plan.profile))
        options = pulumi.ResourceOptions(
            parent=parent,
            provider=self._cluster.kubernetes,
            depends_on=[
                *depends_on,
                *self._before,
                *first,
                *([made] if made else []),
                # without them its first pods could reach nothing
                *self._policies.get(namespace, []),
                *self._identity(operator, parent),
                *([self._cluster.storage_class] if claims else []),
            ],
            # two releases of one name can't stand at once
            delete_before_replace=True,
        )
        if isinstance(operator.install, Addon):
            raise TypeError(f"{operator.name} is an EKS add-on: the cluster makes it")
        installed = self._release(
            f"{self._cluster.key}/{operator.name}",
            operator,
            operator.install,
            operator.values(self.site) if values is None else values,
            options,
        )
        self._installed[operator.name] = installed
        for group in operator.serves:
            self.objects.serve(group, installed)
        return installed

    def _identity(self, operator: Operator, parent: pulumi.Resource) -> list[pulumi.Resource]:
        identity = operator.identity
        if identity is None:
            return []
        if operator.name == "karpenter" and self._cluster.karpenter is not None:
            # its identity comes with the queue and the node role that it names
            return self._cluster.karpenter.ready
        made = PodIdentity(
            f"{self._cluster.key}-{operator.name}",
            cluster=self._cluster.ref,
            namespace=identity.home.namespace(self.site.platform),
            service_account=identity.service_account,
            grants=operator_grants(
                operator,
                self._context.names,
                cluster_name=self._cluster.name,
                domain=self.site.domain,
                secrets_roles=self._secrets_roles,
                logs_key=self.site.logs_key_arn,
                backups=self.site.backups,
            ),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        return made.ready

    def _release(
        self,
        name: str,
        operator: Operator,
        chart: Chart,
        values: dict[str, object],
        options: pulumi.ResourceOptions,
    ) -> k8s.helm.v3.Release:
        return k8s.helm.v3.Release(
            name,
            name=operator.name,
            namespace=operator.home.namespace(self.site.platform),
            chart=chart.repository if chart.oci else chart.name,
            version=chart.version,
            repository_opts=None if chart.oci else {"repo": chart.repository},
            values=cast("dict[str, Any]", values),
            skip_crds=operator.skip_crds,
            create_namespace=False,
            # an installation that fails leaves nothing behind, and one that is slow is waited for
            atomic=True,
            cleanup_on_fail=True,
            skip_await=False,
            wait_for_jobs=True,
            timeout=operator.timeout_seconds,
            max_history=5,
            opts=options,
        )
