"""What an operator is: a chart or an add-on, where it lives, what it needs, and the footprint that it brings.

All of it is data, checked before anything is made: a selection of operators is refused where something is unknown,
missing, doubled or in conflict, and installs in one order that follows from what each requires.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from graphlib import TopologicalSorter
from typing import Final

import pulumi

from components.kubernetes.capacity import Demand
from components.model import Problem, one_of, repeated
from components.operators.footprint import Home, PodFootprint, Profile, Reading, Values
from components.versions import Addon, Chart

_MIB: Final = 1024**2


@dataclass(frozen=True)
class OperatorIdentity:
    """The AWS identity of an operator: who bears it and what for. The policy document is made from ``services``."""

    service_account: str
    home: Home
    services: tuple[str, ...]
    """AWS services that it calls, by their IAM prefixes."""


@dataclass(frozen=True)
class BackupSchedule:
    """How often Velero backs a cluster up, and how long it keeps that."""

    every_hours: int | None
    """Hours between two backups. ``None``: no Velero; in a standby one that restores what its primary's keeps there."""
    keep_days: int
    """Days that a day's backup is kept."""
    keep_frequent_days: int
    """Days that the others are kept."""


@dataclass(frozen=True)
class ClusterBackups:
    """Where, how often and how long Velero keeps what it backs up."""

    bucket: str
    key_arn: pulumi.Input[str]
    """Key of the bucket's objects."""
    volumes_key_arn: pulumi.Input[str]
    """Key of the volumes that it makes snapshots of."""
    schedule: BackupSchedule


@dataclass(frozen=True)
class Telemetry:
    """How long a cluster keeps its logs and metrics."""

    log_days: int
    """How long Loki keeps logs."""
    metrics_days: int
    """How long Prometheus keeps metrics."""
    metrics_gib: int | None
    """Size of Prometheus's volume; ``None`` takes the profile's."""


@dataclass(frozen=True)
class Site:
    """The stack as operators' values see it. Cloud values may be outputs; everything else is plain."""

    platform: str
    env: str
    profile: Profile
    region: str
    cluster: str
    domain: str
    """Zone of the stack's host names."""
    registry: str
    """Host of the account's registry, through which images of public registries come."""
    tags: Mapping[str, str]
    """Mandatory tags, for what controllers make in AWS."""
    operators: frozenset[str]
    """The selected operators: values may refer to one another's services."""
    vpc_id: pulumi.Input[str]
    logs_bucket: str
    """Bucket of Loki's chunks and index."""
    logs_key_arn: pulumi.Input[str]
    """Key that Loki's objects are encrypted under."""
    telemetry: Telemetry
    interruption_queue: str
    """Queue that tells Karpenter of spot interruptions."""
    keep_volumes: bool = False
    """Whether volumes outlive their StatefulSet: production's do, elsewhere a destroy ends empty."""
    storage_class: str = "gp3"
    backups: ClusterBackups | None = None
    """What Velero keeps, where there is one."""

    @property
    def system(self) -> str:
        """The namespace ``<platform>-system``."""
        return Home.SYSTEM.namespace(self.platform)

    @property
    def tenant(self) -> str:
        """Loki's tenant, ``<platform>-<env>``."""
        return f"{self.platform}-{self.env}"


def merged(values: Values, more: Values) -> Values:
    """``values`` with ``more`` laid over it, map by map; anything but a map replaces what stood there."""
    found = dict(values)
    for key, value in more.items():
        there = found.get(key)
        found[key] = merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return found


def _no_values(site: Site) -> Values:  # noqa: ARG001 - the signature of every values function
    return {}


def _no_pods(profile: Profile) -> tuple[PodFootprint, ...]:  # noqa: ARG001 - the signature of every footprint
    return ()


@dataclass(frozen=True)
class Operator:
    """Software that the cluster needs, as a chart or an EKS add-on."""

    name: str
    """Also the release's name."""
    install: Chart | Addon
    home: Home
    purpose: str
    pods: Callable[[Profile], tuple[PodFootprint, ...]] = _no_pods
    """The footprint at a profile."""
    values: Callable[[Site], Values] = _no_values
    """A chart's values or an add-on's configuration."""
    reading: Reading | None = None
    estimate: str = ""
    """What of the footprint is estimated rather than read, empty where nothing is."""
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Operators that go first where they are selected, without being needed."""
    conflicts: tuple[str, ...] = ()
    identity: OperatorIdentity | None = None
    serves: tuple[str, ...] = ()
    """API groups whose definitions it brings or whose objects it looks after: they come after it and go before it."""
    owns: tuple[str, ...] = ()
    """Kinds that its controller turns into AWS resources: deleted first, while it still runs."""
    before_nodes: bool = False
    """Whether an add-on must run before a node can be Ready."""
    skip_crds: bool = False
    """Whether another operator installs the chart's definitions."""
    timeout_seconds: int = 300
    """How long its installation may take."""


def install_order(
    names: Collection[str], catalog: Mapping[str, Operator], present: Collection[str] = ()
) -> tuple[Operator, ...]:
    """The named operators, each after what it requires; ties in the catalogue's order, so the same set gives one order.

    ``present`` names operators that are there already. Names must be checked (``selection_problems``) before.
    """
    rank = {name: index for index, name in enumerate(catalog)}
    chosen = set(names)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in chosen:
        operator = catalog[name]
        first = [other for other in (*operator.requires, *operator.after) if other in chosen and other not in present]
        sorter.add(name, *first)
    sorter.prepare()
    found: list[Operator] = []
    ready: list[str] = []
    while sorter.is_active():
        ready.extend(sorter.get_ready())
        ready.sort(key=lambda name: rank[name])
        name = ready.pop(0)
        found.append(catalog[name])
        sorter.done(name)
    return tuple(found)


def selection_problems(
    names: Sequence[str], catalog: Mapping[str, Operator], present: Collection[str] = ()
) -> list[Problem]:
    """What is wrong with a selection of operators, one problem a wrong entry, paths relative to the selection.

    ``present`` names operators that the cluster has without being asked (its add-ons).
    """
    problems: list[Problem] = []
    wrong = dict(repeated(names))
    unknown = [name for name in names if name not in catalog]
    for index, name in enumerate(names):
        allowed: str | None
        if index in wrong:
            allowed = "each operator once"
        elif name in unknown:
            allowed = one_of(catalog)
        else:
            allowed = _missing(catalog[name], {*names, *present}, unknown) or _conflict(
                catalog[name], (*names[:index], *present), catalog
            )
        if allowed is not None:
            problems.append(Problem((index,), name, allowed))
    return problems


def _missing(operator: Operator, there: Collection[str], unknown: Collection[str]) -> str | None:
    # a misspelt name is an error of its own: what it was meant to be is not missing as well
    missing = [n for n in operator.requires if n not in there and not get_close_matches(n, unknown, 1, 0.8)]
    return f"only together with {' and '.join(missing)}" if missing else None


def _conflict(operator: Operator, others: Iterable[str], catalog: Mapping[str, Operator]) -> str | None:
    for other in others:
        known = catalog.get(other)
        if other in operator.conflicts or (known is not None and operator.name in known.conflicts):
            return f"not together with {other}"
    return None


# --- sums -------------------------------------------------------------------------------------------------------


def demand(operators: Iterable[Operator], profile: Profile, nodes: int) -> Demand:
    """Requests and pod slots of operators on a cluster of ``nodes`` nodes; Jobs of an installation count as running."""
    total = Demand()
    for operator in operators:
        for pod in operator.pods(profile):
            total = total + _demand_of(pod) * pod.count(nodes)
    return total


def _demand_of(pod: PodFootprint) -> Demand:
    asked, most = pod.requests, pod.limits
    return Demand(1, asked.cpu, asked.memory * _MIB, most.cpu, most.memory * _MIB)
