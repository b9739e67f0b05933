"""The component Observability: Prometheus, Alertmanager, Grafana, Loki and Alloy, and what they alert on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from lightkube.models.meta_v1 import ObjectMeta

from components.cluster_plan import ClusterPlan
from components.cluster_services.component import OBSERVABILITY, ClusterServices, homes
from components.context import Context
from components.data_layer import DataLayer
from components.edge.hosts import Hosts
from components.eks_cluster import EksCluster
from components.kubernetes.crds.external_secrets import (
    Data,
    ExternalSecret,
    ExternalSecretSpec,
    RemoteRef,
    StoreRef,
    Target,
)
from components.kubernetes.external_secret import STORE
from components.observability.alerts import CORE, budget_alerts
from components.observability.exporters import probe_manifests
from components.observability.routing import ALERTING_SECRET, alertmanager_config
from components.observability.rules import prometheus_rules
from components.observability.settings import ObservabilitySettings
from components.operators.catalog.prometheus import GRAFANA_ADMIN_SECRET
from components.operators.operator import merged
from components.tenancy import DeployedWorkload, open_secrets

NAMESPACE: Final = "monitoring"
SECRETS: Final[Mapping[str, Mapping[str, str]]] = {
    # the Secret in the cluster -> its keys -> the property of the secret of the same name in Secrets Manager
    ALERTING_SECRET: {"slack": "slack", "pagerduty": "pagerduty"},
    GRAFANA_ADMIN_SECRET: {"admin-user": "username", "admin-password": "password"},
}
"""What the stack's secrets of namespace ``monitoring`` must hold."""


class Observability(pulumi.ComponentResource):
    """What watches a cluster. Its secrets come from Secrets Manager, its logs go to S3, its alerts to ``contacts``."""

    prometheus_url: str
    """Where workloads in the cluster ask Prometheus."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        settings: ObservabilitySettings,
        plan: ClusterPlan,
        context: Context,
        cluster: EksCluster,
        services: ClusterServices,
        data: DataLayer,
        budgets: Mapping[str, float],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Observability", name, None, opts)
        self.prometheus_url = f"http://kube-prometheus-stack-prometheus.{NAMESPACE}.svc.cluster.local:9090"
        installer, objects = services.installer, services.objects
        ours = [operator for operator in plan.operators if operator.name in OBSERVABILITY]
        installer.namespaces(homes(ours, plan), self)
        secrets: list[pulumi.Resource] = []
        if objects.find("Namespace", None, NAMESPACE):
            open_secrets(NAMESPACE, context, objects, cluster.ref, self)
            secrets = [
                objects.add(_secret(secret, keys, context.names.secret(NAMESPACE, secret)), parent=self)
                for secret, keys in _wanted(settings).items()
            ]
        for operator in ours:
            values = operator.values(installer.site)
            if operator.name == "kube-prometheus-stack":
                values = merged(values, _alerting(settings, context.names.prefix))
                watching = installer.install(operator, self, values=values, depends_on=secrets)
                # the operator's webhook checks every rule, so it must answer by then
                for rule in prometheus_rules([*CORE, *budget_alerts(budgets)], namespace=NAMESPACE):
                    objects.add(rule, parent=self, depends_on=[watching])
            else:
                installer.install(operator, self, values=values)
        if context.identity.phase == "running":
            self._exporters(plan, context, cluster, services, data)
        self.register_outputs({"prometheusUrl": self.prometheus_url})

    def _exporters(
        self, plan: ClusterPlan, context: Context, cluster: EksCluster, services: ClusterServices, data: DataLayer
    ) -> None:
        child = pulumi.ResourceOptions(parent=self)
        workloads = plan.workloads_in(NAMESPACE)
        for workload in workloads:
            DeployedWorkload(
                workload,
                [],
                plan.topology,
                services.objects,
                cluster.ref,
                opts=child,
                # their logins get a value when the stores have an address
                after=data.database_logins.ready,
            )
        # without a Gateway nobody serves the names yet
        if workloads and plan.gateway is not None:
            hosts = Hosts(context.identity.domain, context.identity.region)
            services.objects.add_all(probe_manifests(hosts, plan.workloads), parent=self)


def _wanted(settings: ObservabilitySettings) -> dict[str, Mapping[str, str]]:
    wanted = dict(SECRETS)
    if not settings.contacts.pagerduty:
        wanted[ALERTING_SECRET] = {"slack": "slack"}
    return wanted


def _secret(name: str, keys: Mapping[str, str], remote: str) -> ExternalSecret:
    return ExternalSecret(
        metadata=ObjectMeta(name=name, namespace=NAMESPACE),
        spec=ExternalSecretSpec(
            secretStoreRef=StoreRef(name=STORE),
            target=Target(name=name),
            data=[
                Data(secretKey=key, remoteRef=RemoteRef(key=remote, property=remote_property))
                for key, remote_property in keys.items()
            ],
        ),
    )


def _alerting(settings: ObservabilitySettings, stack: str) -> dict[str, object]:
    return {
        "alertmanager": {
            "config": alertmanager_config(settings.contacts, stack=stack),
            "alertmanagerSpec": {"secrets": [ALERTING_SECRET]},
        }
    }
