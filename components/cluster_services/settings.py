"""What a stack file says about its operators, and what is refused of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.cluster_services.catalog import CATALOG, OPERATORS, selection
from components.cluster_services.operators import Operator, install_order, selection_problems
from components.context import StackIdentity
from components.eks_cluster.settings import EksClusterSettings
from components.model import Problem, Settings

ALWAYS: tuple[str, ...] = ("external-secrets", "keda", "metrics-server", "prometheus-operator-crds")
"""Operators that components of the platform stand on: their kinds are in every stack."""


class ClusterServicesSettings(Settings):
    """Which operators run in the stack's clusters."""

    operators: list[str] | None = None
    """Operators by name. Left out: the short list in dev, all of them in staging and production."""

    def chosen(self, identity: StackIdentity) -> tuple[str, ...]:
        """The operators of the stack: those named, or its tier's."""
        return tuple(self.operators) if self.operators is not None else selection(identity.tier)

    def ordered(self, identity: StackIdentity, cluster: EksClusterSettings) -> tuple[Operator, ...]:
        """The operators of a cluster, each after what it requires."""
        return install_order(self.chosen(identity), CATALOG, present=cluster.addons.names())


def check(
    identity: StackIdentity, clusters: Mapping[str, EksClusterSettings], settings: ClusterServicesSettings
) -> Iterator[Problem]:
    """What must hold between a stack's operators and its clusters."""
    chosen = settings.chosen(identity)
    path = ("services", "operators")
    for name in ALWAYS:
        if name not in chosen:
            yield Problem(path, list(chosen), f"{name} too: the platform's own workloads stand on it")
    named = [name for name in chosen if name in OPERATORS or name not in CATALOG]
    for key, cluster in clusters.items():
        for problem in selection_problems(named, CATALOG, present=cluster.addons.names()):
            yield Problem((*path, *problem.path), problem.value, problem.allowed)
        if (cluster.autoscaler == "karpenter") != ("karpenter" in chosen):
            allowed = (
                "none, or karpenter among the operators"
                if cluster.autoscaler == "karpenter"
                else "karpenter: it is among the operators"
            )
            yield Problem(("clusters", key, "autoscaler"), cluster.autoscaler, allowed)
