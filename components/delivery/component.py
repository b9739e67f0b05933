"""The component Delivery: Argo CD in its namespace, what it may do, and where it finds what it brings in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from lightkube.models.meta_v1 import ObjectMeta

from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServices
from components.context import Context
from components.delivery.access import roles
from components.delivery.applications import projects, root
from components.delivery.bridge import Bridge, cluster_secret, content
from components.delivery.delivered import PROJECTS, delivered
from components.delivery.settings import NAMESPACE, DeliverySettings
from components.delivery.tree import APPLICATIONS
from components.delivery.values import NOTIFICATIONS_SECRET, SIGN_IN_SECRET, SLACK_KEY, WEBHOOK_SECRET, values
from components.eks_cluster import EksCluster
from components.kubernetes.crds.external_secrets import (
    Data,
    ExternalSecret,
    ExternalSecretSpec,
    RemoteRef,
    StoreRef,
    Target,
    Template,
    TemplateMetadata,
)
from components.kubernetes.external_secret import STORE
from components.kubernetes.namespace import NamespaceDeclaration
from components.operators.catalog.delivery import ARGO, ARGO_CD
from components.operators.footprint import Home
from components.operators.operator import merged
from components.tenancy import open_secrets

PATIENCE: Final = "30m"
"""For a deletion of the root Application: it takes out every Application, each of which takes out its workloads."""
REPOSITORY_SECRET: Final = "argocd-repository"  # noqa: S105 - a name, no secret
_PART_OF: Final = {"app.kubernetes.io/part-of": "argocd"}
"""Argo CD looks a ``$secret:key`` up only in Secrets that have it."""


class Delivery(pulumi.ComponentResource):
    """Argo CD, and all that it delivers to one cluster.

    Whatever a delivered workload stands on is there before the root Application, and stays until that has taken out
    what it brought in.
    """

    applications: list[str]
    """Names of the Applications in the rendered branch."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        settings: DeliverySettings,
        plan: ClusterPlan,
        context: Context,
        cluster: EksCluster,
        services: ClusterServices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Delivery", name, None, opts)
        installer, objects, names = services.installer, services.objects, context.names
        stack = pulumi.get_stack()
        installer.namespaces([Home.ARGOCD], self)
        open_secrets(NAMESPACE, context, objects, cluster.ref, self)
        secrets = [
            objects.add(manifest, parent=self) for manifest in secret_manifests(settings, names.secret(NAMESPACE, ""))
        ]
        told = merged(ARGO.values(installer.site), values(settings, stack=names.prefix))
        argo = installer.install(ARGO, self, values=told, depends_on=secrets)
        applications = delivered(plan) if context.identity.phase == "running" else []
        places = list(dict.fromkeys((PROJECTS[ns.part_of], ns.name) for ns in _tenants(plan)))
        before: list[pulumi.Resource] = []
        for _, namespace in places:
            if objects.find("Namespace", None, namespace) is not None:
                before += objects.add_all(roles(namespace), parent=self)
        bridge = bridge_of(plan, context, stack)
        text = content([NAMESPACE, *(namespace for _, namespace in places)])
        before.append(
            objects.add(
                cluster_secret(bridge),
                parent=self,
                depends_on=[argo],
                merge={"stringData": {key: pulumi.Output.from_input(value) for key, value in text.items()}},
            )
        )
        before += [objects.add(project, parent=self) for project in projects(settings, places)]
        self.applications = [app.name for app in applications]
        if applications:
            objects.add(
                root(settings, path=f"{stack}/{plan.key}/{APPLICATIONS}"),
                parent=self,
                # the namespaces' quotas, limits and policies too: pods that were there first would have passed them by
                depends_on=[*before, *objects.before_delivery, *(o for _, ns in places for o in objects.within(ns))],
                timeout=PATIENCE,
            )
        self.register_outputs({"applications": self.applications})


def _tenants(plan: ClusterPlan) -> list[NamespaceDeclaration]:
    return [ns for ns in plan.namespaces.values() if ns.part_of in PROJECTS]


def bridge_of(plan: ClusterPlan, context: Context, stack: str) -> Bridge:
    """What is true of the cluster and its stack."""
    names, identity = context.names, context.identity
    return Bridge(
        platform=identity.platform,
        environment=identity.env,
        tier=identity.tier,
        stack=stack,
        account_id=identity.account_id,
        region=identity.region,
        cluster_key=plan.key,
        cluster_name=names.cluster(plan.key),
        registry=names.registry,
        repository_prefix=f"{identity.platform}/{identity.env}",
        domain=identity.domain,
        secrets_prefix=f"{identity.platform}/{identity.env}",
        storage_class="gp3",
    )


def secret_manifests(settings: DeliverySettings, prefix: str) -> list[ExternalSecret]:
    """The Secrets that Argo CD reads, each from the one of Secrets Manager whose name ``prefix`` begins."""
    repository = Template(
        metadata=TemplateMetadata(labels={**_PART_OF, "argocd.argoproj.io/secret-type": "repository"}),
        data={"type": "git", "url": settings.repository},
    )
    app = {
        "githubAppID": "app-id",
        "githubAppInstallationID": "installation-id",
        "githubAppPrivateKey": "private-key",
    }
    part = Template(metadata=TemplateMetadata(labels=_PART_OF))
    return [
        _secret(SIGN_IN_SECRET, f"{prefix}sign-in", {"client-secret": "client-secret"}, part),
        _secret(WEBHOOK_SECRET, f"{prefix}webhook", {"github": "password"}, part),
        _secret(NOTIFICATIONS_SECRET, f"{prefix}notifications", {SLACK_KEY: "slack-token"}, part),
        _secret(REPOSITORY_SECRET, f"{prefix}repository", app, repository),
    ]


def _secret(name: str, remote: str, keys: Mapping[str, str], template: Template) -> ExternalSecret:
    return ExternalSecret(
        metadata=ObjectMeta(name=name, namespace=NAMESPACE),
        spec=ExternalSecretSpec(
            secretStoreRef=StoreRef(name=STORE),
            target=Target(name=name, template=template),
            data=[
                Data(secretKey=key, remoteRef=RemoteRef(key=remote, property=remote_property))
                for key, remote_property in keys.items()
            ],
        ),
    )


__all__ = ["ARGO_CD", "Delivery"]
