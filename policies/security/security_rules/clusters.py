"""The cluster's control plane: who gets in, and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .core.rules import About, Config, Resource, Result, Rule, must_be_one_of, must_contain, types

LOG_TYPES: Final = frozenset({"api", "audit", "authenticator", "controllerManager", "scheduler"})


def check_control_plane(resource: Resource, _: Config) -> Iterator[Result]:
    """Access by entries, and all five logs."""
    yield from must_be_one_of(
        resource.props.at("accessConfig", "authenticationMode"),
        ("API",),
        "write 'API': entries, not aws-auth",
    )
    yield from must_contain(
        resource["enabledClusterLogTypes"], LOG_TYPES, f"write all five: {', '.join(sorted(LOG_TYPES))}"
    )


control_plane = Rule(
    About(
        name="eks-control-plane",
        description="Clusters let people in by access entries and log all that their control plane does.",
        severity="high",
        remedy="Set authenticationMode: 'API' (there is no way back from it) and the five log types, into a log group "
        "made before the cluster.",
        controls={
            "FSBP": ("EKS.8",),
            "CIS EKS 1.8.0": ("2.1.1", "2.1.2", "4.1.7", "5.5.1"),
            "OWASP MCP Top 10": ("MCP08",),
            "SOC 2": ("CC7.2",),
        },
    ),
    types("aws:eks/cluster:Cluster"),
    check_control_plane,
)
