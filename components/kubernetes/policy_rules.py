"""The wording of network policies: peers and ports gathered from paths, written as few rules as the CNI can take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from lightkube.models.meta_v1 import LabelSelector, ObjectMeta
from lightkube.models.networking_v1 import (
    IPBlock,
    NetworkPolicy,
    NetworkPolicyEgressRule,
    NetworkPolicyIngressRule,
    NetworkPolicyPeer,
    NetworkPolicyPort,
    NetworkPolicySpec,
)

from components.kubernetes import labels as label

MAX_PORTS: Final = 24
"""Ports that the VPC CNI's agent holds for one address: its map has one entry an address and 24 places in it
(aws-network-policy-agent, ``MAX_PORT_PROTOCOL``; EKS user guide, network policy considerations). Cutting a rule in two
wouldn't help."""


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods of a namespace by their labels."""

    namespace: str
    selector: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Addresses."""

    cidr: str


Peer: TypeAlias = Pods | Block
PortKey: TypeAlias = tuple[str, int]
Rules: TypeAlias = dict[Peer, dict[PortKey, None]]


def network_policy(metadata: ObjectMeta, selector: dict[str, str], *, ingress: Rules, egress: Rules) -> NetworkPolicy:
    """The policy of the pods that ``selector`` selects: both directions closed but for the rules."""
    here = metadata.namespace or ""
    return NetworkPolicy(
        metadata=metadata,
        spec=NetworkPolicySpec(
            podSelector=LabelSelector(matchLabels=selector),
            policyTypes=["Ingress", "Egress"],
            ingress=[
                NetworkPolicyIngressRule(from_=[_peer(p, here) for p in peers], ports=ports)
                for ports, peers in _grouped(ingress)
            ]
            or None,
            egress=[
                NetworkPolicyEgressRule(to=[_peer(p, here) for p in peers], ports=ports)
                for ports, peers in _grouped(egress)
            ]
            or None,
        ),
    )


def ingress_only(policy: NetworkPolicy) -> NetworkPolicy:
    """``policy`` without a word on what its pods call: for a vendor's pods, whose calls aren't all known."""
    spec = policy.spec
    if spec is None:  # pragma: no cover - ours have one
        return policy
    held = NetworkPolicySpec(podSelector=spec.podSelector, policyTypes=["Ingress"], ingress=spec.ingress)
    return NetworkPolicy(metadata=policy.metadata, spec=held)


def _grouped(rules: Rules) -> Iterator[tuple[list[NetworkPolicyPort], list[Peer]]]:
    """Peers with the same ports in one rule."""
    by_ports: dict[tuple[PortKey, ...], list[Peer]] = {}
    for peer, ports in rules.items():
        by_ports.setdefault(tuple(sorted(ports)), []).append(peer)
    for together, peers in by_ports.items():
        yield [NetworkPolicyPort(protocol=protocol, port=number) for protocol, number in together], peers


def _peer(peer: Peer, here: str) -> NetworkPolicyPeer:
    if isinstance(peer, Block):
        return NetworkPolicyPeer(ipBlock=IPBlock(cidr=peer.cidr))
    pods = LabelSelector(matchLabels=dict(peer.selector))
    if peer.namespace == here:
        return NetworkPolicyPeer(podSelector=pods)
    return NetworkPolicyPeer(
        namespaceSelector=LabelSelector(matchLabels={label.NAMESPACE: peer.namespace}), podSelector=pods
    )
