"""ClusterServices: the operators of a cluster that are not Observability's, and Karpenter's pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi

from components.cluster_plan import ClusterPlan
from components.cluster_services.installer import Installer
from components.cluster_services.node_pools import PATIENCE, node_class, node_pool
from components.cluster_services.settings import ClusterServicesSettings
from components.cluster_services.signatures import signed_images
from components.context import Context
from components.eks_cluster import EksCluster, KarpenterSupport
from components.eks_cluster.storage import STORAGE_CLASS
from components.keys import Keys
from components.kubernetes.admission import admission_manifests
from components.kubernetes.cluster_objects import ClusterObjects
from components.kubernetes.namespace import namespace_manifests
from components.kubernetes.policy_rules import ingress_only
from components.kubernetes.priority import PLATFORM, PLATFORM_PRIORITY, priority_class
from components.kubernetes.team_access import cluster_viewers, team_roles
from components.networking import Networking
from components.operators.footprint import Home
from components.operators.operator import BackupSchedule, ClusterBackups, Operator, Site, Telemetry

OBSERVABILITY: Final = frozenset({"kube-prometheus-stack", "loki", "alloy"})
"""Operators that the component Observability brings."""
DELIVERY: Final = frozenset({"argo-cd"})
"""Operators that the component Delivery brings."""
SECRET_NAMESPACES: Final = ("database", "mcp", "mcp-agents", "monitoring")
"""Namespaces that read secrets of their own, beside the applications'."""
_ALWAYS_THERE: Final = frozenset({"default", "kube-system"})


class ClusterServices(pulumi.ComponentResource):
    """The operators of a cluster, each after what it requires, in namespaces that are closed before they come."""

    objects: ClusterObjects
    """Where every further object of the cluster is put."""
    installer: Installer
    """What further operators are installed with."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        plan: ClusterPlan,
        settings: ClusterServicesSettings,
        telemetry: Telemetry,
        backups: BackupSchedule,
        context: Context,
        cluster: EksCluster,
        networking: Networking,
        keys: Keys,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:ClusterServices", name, None, opts)
        self.objects = ClusterObjects(
            cluster.key,
            cluster.kubernetes,
            ready=[*cluster.reachable, *cluster.access, *cluster.ready],
            existing_namespaces=[ns.name for ns in plan.namespaces.values() if ns.exists],
            storage_classes={STORAGE_CLASS: cluster.storage_class},
        )
        site = Site(
            platform=context.identity.platform,
            env=context.identity.env,
            profile=plan.profile,
            region=context.names.region,
            cluster=cluster.name,
            domain=context.identity.domain,
            registry=context.names.registry,
            tags=context.all_tags(),
            operators=frozenset(operator.name for operator in plan.operators),
            vpc_id=networking.vpc_id,
            logs_bucket=context.names.bucket("loki"),
            logs_key_arn=keys.logs.arn,
            telemetry=telemetry,
            interruption_queue=cluster.karpenter.queue_name if cluster.karpenter else "",
            keep_volumes=context.production,
            backups=_backups(backups, context, keys),
        )
        there = {operator.home.namespace(site.platform) for operator in plan.operators if operator.name in DELIVERY}
        secretive = (*SECRET_NAMESPACES, plan.applications, *sorted(there))
        said = "What everybody else stands on: operators, the watching, the ways to the database and out"
        first = self.objects.add(priority_class(PLATFORM, PLATFORM_PRIORITY, said), parent=self)
        self.installer = Installer(plan, site, context, cluster, self.objects, secretive, [first])
        self._teams(plan, production=context.production)
        self._vendors(plan, cluster)
        ours = [operator for operator in plan.operators if operator.name not in OBSERVABILITY | DELIVERY]
        self.installer.namespaces(homes(ours, plan), self)
        system = Home.SYSTEM.namespace(context.identity.platform)
        self.objects.add_all(admission_manifests(system, plan.images), parent=self)
        for operator in ours:
            self.installer.install(operator, self)
        if settings.image_signatures is not None:
            self.objects.add(signed_images(settings.image_signatures, context.names), parent=self)
        if cluster.karpenter is not None:
            self._pools(plan, context, cluster.karpenter)
        self.register_outputs({"operators": [operator.name for operator in ours]})

    def _teams(self, plan: ClusterPlan, *, production: bool) -> None:
        """What people may do, before the namespaces bind them to it."""
        self.objects.add_all(team_roles(plan.teams.levels, production=production), parent=self)
        if plan.teams.everywhere:
            self.objects.add(cluster_viewers(plan.teams.everywhere), parent=self)

    def _vendors(self, plan: ClusterPlan, cluster: EksCluster) -> None:
        """Close the namespaces that Kubernetes and the add-ons make, once they are there."""
        made = {addon.home.value: cluster.addons[addon.name] for addon in plan.addons if addon.name in cluster.addons}
        for ns in plan.namespaces.values():
            if not ns.exists or not (ns.name in made or ns.name in _ALWAYS_THERE):
                continue
            found = plan.topology.policies(ns.name) if ns.closes == "ingress" else []
            policies = [ingress_only(policy) for policy in found]
            after = [made[ns.name]] if ns.name in made else []
            self.objects.add_all([*namespace_manifests(ns), *policies], parent=self, depends_on=after)

    def _pools(self, plan: ClusterPlan, context: Context, support: KarpenterSupport) -> None:
        names = context.names
        for name, pool in plan.cluster.node_pools.items():
            made = self.objects.add(
                node_class(
                    name,
                    pool,
                    subnet_tag=support.subnet_tag,
                    group_tag=support.security_group_tag,
                    volumes_key=names.arn("kms", names.key_alias("volumes")),
                    tags=context.all_tags(),
                    prefix_delegation=plan.cluster.prefix_delegation,
                ),
                parent=self,
                merge={"spec": {"instanceProfile": support.instance_profile}},
            )
            self.objects.add(node_pool(name, pool), parent=self, depends_on=[made], timeout=PATIENCE)


def _backups(schedule: BackupSchedule, context: Context, keys: Keys) -> ClusterBackups | None:
    """What Velero is told, where settings say that there is one: a standby always has it, to restore from."""
    if schedule.every_hours is None and not context.identity.standby:
        return None
    return ClusterBackups(
        bucket=context.names.bucket("velero"),
        key_arn=keys.backups.arn,
        volumes_key_arn=keys.volumes.arn,
        schedule=schedule,
    )


def homes(operators: Sequence[Operator], plan: ClusterPlan) -> list[Home]:
    """Where the pods of ``operators`` run, each home once, in the order of the operators."""
    found = [pod.home or operator.home for operator in operators for pod in operator.pods(plan.profile)]
    return list(dict.fromkeys([*(operator.home for operator in operators), *found]))


__all__ = ["OBSERVABILITY", "SECRET_NAMESPACES", "ClusterServices", "homes"]
