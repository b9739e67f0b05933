"""Who reaches whom under a set of NetworkPolicies: the API's own semantics, evaluated on plain dicts.

A packet passes if the sender's egress and the receiver's ingress both allow it. A pod that no policy of a direction
selects is open in that direction. Written from the API's documentation, without a line of the kit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, Final, Literal

Object = Mapping[str, Any]
Direction = Literal["Ingress", "Egress"]


@dataclass(frozen=True)
class Pod:
    """A pod with its labels; ``namespace_labels`` always hold ``kubernetes.io/metadata.name``."""

    namespace: str
    labels: Mapping[str, str]
    namespace_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """Something that is no pod: an address in or outside the network."""

    ip: str


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether a label selector (``matchLabels`` only; anything else is refused) selects the labels."""
    assert set(selector) <= {"matchLabels"}, selector
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    return wanted.items() <= labels.items()


def allowed(policies: Iterable[Object], source: Pod | Address, target: Pod | Address, port: tuple[str, int]) -> bool:
    """Whether ``source`` reaches ``target`` on ``port`` (protocol, number)."""
    policies = list(policies)
    leaves = not isinstance(source, Pod) or _passes(policies, "Egress", source, target, port)
    return leaves and (not isinstance(target, Pod) or _passes(policies, "Ingress", target, source, port))


def _passes(
    policies: Sequence[Object], direction: Direction, pod: Pod, other: Pod | Address, port: tuple[str, int]
) -> bool:
    holding = [p for p in policies if _holds(p, direction, pod)]
    if not holding:
        return True
    return any(_rule_allows(rule, direction, p, other, port) for p in holding for rule in _rules(p, direction))


def _holds(policy: Object, direction: Direction, pod: Pod) -> bool:
    spec = policy["spec"]
    return (
        policy["metadata"]["namespace"] == pod.namespace
        and direction in spec["policyTypes"]
        and selects(spec["podSelector"], pod.labels)
    )


def _rules(policy: Object, direction: Direction) -> Iterator[Object]:
    yield from policy["spec"].get(direction.lower()) or ()


def _rule_allows(
    rule: Object, direction: Direction, policy: Object, other: Pod | Address, port: tuple[str, int]
) -> bool:
    ports = rule.get("ports")
    if ports and port not in {(p.get("protocol", "TCP"), p["port"]) for p in ports}:
        return False
    peers = rule.get("from" if direction == "Ingress" else "to")
    return not peers or any(_is(peer, policy["metadata"]["namespace"], other) for peer in peers)


def _is(peer: Object, here: str, other: Pod | Address) -> bool:
    block = peer.get("ipBlock")
    if block is not None:
        assert "except" not in block, "the CNI has not enforced exceptions reliably"
        return isinstance(other, Address) and ip_address(other.ip) in ip_network(block["cidr"])
    if not isinstance(other, Pod):
        return False
    namespaces = peer.get("namespaceSelector")
    if namespaces is None:
        in_namespace = other.namespace == here
    else:
        labels = {"kubernetes.io/metadata.name": other.namespace, **other.namespace_labels}
        in_namespace = selects(namespaces, labels)
    return in_namespace and selects(peer.get("podSelector") or {}, other.labels)


Edge = tuple[Hashable, Hashable, tuple[str, int]]
_ALL: Final = ("any", 0)
"""Stands for every port, where a rule names none or nothing holds a pod."""


def open_edges(
    policies: Iterable[Object], pods: Mapping[Hashable, Pod], addresses: Mapping[Hashable, Address]
) -> set[Edge]:
    """Every open way between ``pods``, and between them and ``addresses``, rule by rule; port ``("any", 0)`` is all."""
    policies = list(policies)
    others: dict[Hashable, Pod | Address] = {**pods, **addresses}
    out = {name: _reached(policies, "Egress", pod, others) for name, pod in pods.items()}
    into = {name: _reached(policies, "Ingress", pod, others) for name, pod in pods.items()}
    found: set[Edge] = set()
    for source in others:
        for target in others:
            if source == target or (source in addresses and target in addresses):
                continue
            leaves = out[source][target] if source in out else {_ALL}
            enters = into[target][source] if target in into else {_ALL}
            found |= {(source, target, port) for port in _both(leaves, enters)}
    return found


def _both(one: set[tuple[str, int]], other: set[tuple[str, int]]) -> set[tuple[str, int]]:
    if _ALL in one:
        return other
    return one if _ALL in other else one & other


def _reached(
    policies: Sequence[Object], direction: Direction, pod: Pod, others: Mapping[Hashable, Pod | Address]
) -> dict[Hashable, set[tuple[str, int]]]:
    holding = [p for p in policies if _holds(p, direction, pod)]
    if not holding:
        return {name: {_ALL} for name in others}
    found: dict[Hashable, set[tuple[str, int]]] = {name: set() for name in others}
    for policy in holding:
        here = policy["metadata"]["namespace"]
        for rule in _rules(policy, direction):
            ports = {(p.get("protocol", "TCP"), p["port"]) for p in rule.get("ports") or ()} or {_ALL}
            peers = rule.get("from" if direction == "Ingress" else "to")
            for name, other in others.items():
                if not peers or any(_is(peer, here, other) for peer in peers):
                    found[name] |= ports
    return found
