"""Where the applications stand: what every builder of theirs needs to know of the stack around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from components.applications.settings import ApplicationsSettings
from components.context import StackIdentity
from components.edge.hosts import Hosts
from components.ingress.entry import public_gateway
from components.kubernetes.workload import Key, SignIn, Workload
from components.naming import Names

PORT: Final = "http"
PART_OF: Final = "applications"
PRIORITY_CLASS: Final = "application"


@dataclass(frozen=True)
class Place:
    """The section, the stack and its names."""

    settings: ApplicationsSettings
    identity: StackIdentity
    names: Names
    namespace: str
    gateway: Key
    """Namespace and name of the Gateway that routes hang on."""
    others: Mapping[Key, Workload]
    """Workloads of other namespaces, which applications may call."""

    @classmethod
    def of(
        cls, settings: ApplicationsSettings, identity: StackIdentity, names: Names, others: Iterable[Workload] = ()
    ) -> Place:
        """The place of a stack's applications."""
        gateway = public_gateway(identity.platform)
        known = {workload.key: workload for workload in others}
        return cls(settings, identity, names, settings.namespace_in(names), gateway, known)

    def sign_in(self) -> SignIn | None:
        """Whom people prove who they are to."""
        given = self.settings.sign_in
        if given is None:
            return None
        return SignIn(
            issuer=given.issuer,
            authorization_endpoint=given.authorization_endpoint,
            token_endpoint=given.token_endpoint,
            user_info_endpoint=given.user_info_endpoint,
            remote=self.names.secret(self.namespace, given.secret_name),
            session_seconds=given.session_seconds,
        )

    def host(self, which: Literal["web", "api"]) -> str:
        """The host name that a route means."""
        hosts = Hosts(self.identity.domain, self.identity.region)
        return hosts.web if which == "web" else hosts.api


def url(name: str, namespace: str, port: int) -> str:
    """Where workloads in the cluster call an application."""
    return f"http://{name}.{namespace}.svc.cluster.local:{port}"
