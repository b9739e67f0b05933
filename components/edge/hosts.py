"""The host names of a stack, all from its domain: pure, so that routes and records agree without waiting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hosts:
    """The names under ``domain``; ``region`` is the stack's own."""

    domain: str
    region: str

    @property
    def web(self) -> str:
        """Where the front ends are served: the domain itself."""
        return self.domain

    @property
    def api(self) -> str:
        """Where programs find the API."""
        return f"api.{self.domain}"

    @property
    def served(self) -> tuple[str, ...]:
        """What CloudFront answers to. Requests keep these names on their way to the load balancer."""
        return (self.web, self.api)

    @property
    def origin(self) -> str:
        """Where CloudFront finds the load balancer, whichever region it stands in today."""
        return f"origin.{self.domain}"

    @property
    def certified(self) -> tuple[str, ...]:
        """What the certificates name. One wildcard holds every host but the regional origins, which nobody verifies."""
        return (self.domain, f"*.{self.domain}")

    @property
    def urls(self) -> tuple[str, ...]:
        """The origins that a browser may name on a request to the platform."""
        return tuple(f"https://{host}" for host in self.served)

    def regional_origin(self, region: str | None = None) -> str:
        """The load balancer of ``region``, the stack's own if none is given: the one name that external-dns keeps.

        It lies below ``origin``, so that external-dns can be held to names that end in that.
        """
        return f"{region or self.region}.{self.origin}"
