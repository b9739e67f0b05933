"""What a stack file says about its operators, and what is refused of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import field_validator

from components.cluster_services.signatures import ImageSignatures
from components.context import StackIdentity
from components.eks_cluster.settings import EksClusterSettings
from components.model import Problem, Settings, one_of, refuse_all, repeated
from components.operators.catalog import CATALOG, CHOICES, OPERATORS, selection
from components.operators.catalog.signatures import KYVERNO
from components.operators.operator import Operator, install_order, selection_problems

ALWAYS: tuple[str, ...] = ("external-secrets", "keda", "metrics-server", "prometheus-operator-crds")
"""Operators that components of the platform stand on: their kinds are in every stack."""


class ClusterServicesSettings(Settings):
    """Which operators run in the stack's clusters."""

    operators: list[str] | None = None
    """Operators by name. Left out: the short list in dev, all of them but choices in staging and production."""
    image_signatures: ImageSignatures | None = None
    """Only signed images of ours start; Kyverno comes with it. Left out: signatures are not asked for."""

    @field_validator("operators")
    @classmethod
    def _known(cls, value: list[str] | None) -> list[str] | None:
        # here and not between sections: what runs in a cluster can't be worked out from names that mean nothing
        names = value or []
        twice = dict(repeated(names))
        refuse_all(
            Problem((index,), name, "each operator once" if index in twice else _named(name))
            for index, name in enumerate(names)
            if index in twice or name not in OPERATORS or name in CHOICES
        )
        return value

    def chosen(self, identity: StackIdentity) -> tuple[str, ...]:
        """The operators of the stack: those named, or its tier's, and those that other settings bring."""
        named = tuple(self.operators) if self.operators is not None else selection(identity.tier)
        return (*named, KYVERNO) if self.image_signatures is not None else named

    def ordered(self, identity: StackIdentity, cluster: EksClusterSettings) -> tuple[Operator, ...]:
        """The operators of a cluster, each after what it requires."""
        return install_order(self.chosen(identity), CATALOG, present=cluster.addons.names())


def _named(name: str) -> str:
    if name in CHOICES:
        return "operators without it: it comes with image_signatures"
    return one_of([other for other in OPERATORS if other not in CHOICES])


def check(
    identity: StackIdentity, clusters: Mapping[str, EksClusterSettings], settings: ClusterServicesSettings
) -> Iterator[Problem]:
    """What must hold between a stack's operators and its clusters."""
    chosen = settings.chosen(identity)
    path = ("services", "operators")
    missing = [name for name in ALWAYS if name not in chosen]
    if missing:
        allowed = f"{', '.join(missing)} too: the platform's own workloads stand on what is always there"
        yield Problem(path, list(chosen), allowed)
    # one error an entry, however many clusters it is wrong in
    wrong: dict[tuple[str | int, ...], Problem] = {}
    for key, cluster in clusters.items():
        for problem in selection_problems(chosen, CATALOG, present={*cluster.addons.names(), *missing}):
            wrong.setdefault(problem.path, problem)
        if (cluster.autoscaler == "karpenter") != ("karpenter" in chosen):
            allowed = (
                "none, or karpenter among services.operators"
                if cluster.autoscaler == "karpenter"
                else "karpenter, or services.operators without it and karpenter-crd (left out, dev alone has none)"
            )
            yield Problem(("clusters", key, "autoscaler"), cluster.autoscaler, allowed)
    for problem in wrong.values():
        yield Problem((*path, *problem.path), problem.value, problem.allowed)
