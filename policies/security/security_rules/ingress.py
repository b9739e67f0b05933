"""Who may open a connection: security groups, the lists that they name, network ACLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import (
    About,
    Config,
    Resource,
    Result,
    Rule,
    must_be_absent,
    must_be_seen,
    strings,
    types,
    wrong,
)
from .networks import everywhere

_EDGE_PORTS: Final = frozenset({80.0, 443.0})
_EDGE_PROTOCOLS: Final = frozenset({"tcp", "udp", "6", "17"})
_ADMIN_PORTS: Final = (22, 3389)
_EPHEMERAL: Final = 1024


def _protocol(rule: Field) -> Field:
    """The protocol: rules of their own call it otherwise."""
    own = rule["ipProtocol"]
    return rule["protocol"] if own.missing else own


def _only_edge_ports(rule: Field) -> bool:
    """Whether one port of the edge is opened; for every protocol (``-1``) AWS passes over the ports."""
    port, protocol = rule["fromPort"].number, _protocol(rule)
    known = protocol.text.lower() in _EDGE_PROTOCOLS or protocol.number in {6.0, 17.0}
    return known and port in _EDGE_PORTS and rule["toPort"].number == port


def _ingress(rule: Field, sources: tuple[str, ...], *, edge: bool) -> Iterator[Result]:
    for name in sources:
        source = rule[name]
        yield from must_be_seen(source, *source.each())
        if not everywhere(source):
            continue
        if not edge:
            yield wrong(
                source,
                "write the networks, security groups or prefix lists that need it instead of everywhere; a load "
                "balancer of the edge is named in the setting edge_groups",
            )
            continue
        deciding = (rule["fromPort"], rule["toPort"], _protocol(rule))
        if any(it.unknown for it in deciding):
            yield from must_be_seen(*deciding)
        elif not _only_edge_ports(rule):
            yield wrong(source, "write ports 443 or 80 only: even an edge opens no other port to everyone")


def _group(resource: Resource, config: Config) -> Iterator[Result]:
    edge = config.matches("edge_groups", resource.name)
    yield from must_be_seen(resource["ingress"])
    for rule in resource["ingress"].each():
        yield from must_be_seen(rule)
        yield from _ingress(rule, ("cidrBlocks", "ipv6CidrBlocks"), edge=edge)


def _group_rule(resource: Resource, config: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["type"])
    if resource["type"].text == "ingress":
        edge = config.matches("edge_groups", resource.name)
        yield from _ingress(resource.props, ("cidrBlocks", "ipv6CidrBlocks"), edge=edge)


def _ingress_rule(resource: Resource, config: Config) -> Iterator[Result]:
    edge = config.matches("edge_groups", resource.name)
    yield from _ingress(resource.props, ("cidrIpv4", "cidrIpv6"), edge=edge)


def _default_group(resource: Resource, _: Config) -> Iterator[Result]:
    for name in ("ingress", "egress"):
        yield from must_be_absent(resource[name], "leave it out: nothing may run in the default security group")


def _list_entry(cidr: Field) -> Iterator[Result]:
    yield from must_be_seen(cidr)
    if everywhere(cidr):
        yield wrong(cidr, "write the networks that are meant: whoever names this list would let everyone in")


def _prefix_list(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["entries"])
    for entry in resource["entries"].each():
        yield from _list_entry(entry["cidr"])


def _acl_entry(entry: Field, action: str, cidrs: tuple[str, ...]) -> Iterator[Result]:
    deciding = [entry[name] for name in (action, *cidrs, "protocol", "fromPort", "toPort")]
    if any(it.unknown for it in deciding):
        yield from must_be_seen(*deciding)
        return
    if entry[action].text.lower() != "allow" or not any(everywhere(entry[name]) for name in cidrs):
        return
    lowest, highest = entry["fromPort"].number, entry["toPort"].number
    every_port = entry["protocol"].text in {"-1", "all"} or entry["protocol"].number == -1
    if every_port or lowest is None or highest is None:
        yield wrong(
            entry["protocol"], "write the protocol and ports that everyone may use: 443, 80, the ephemeral ports"
        )
    # the ephemeral ports hold 3389: replies through NAT need them, and no security group opens 3389
    elif any(lowest <= port <= highest for port in _ADMIN_PORTS) and lowest < _EPHEMERAL:
        yield wrong(entry["fromPort"], "write ports without 22 and 3389: nobody administers from everywhere")


def _acl(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["ingress"])
    for entry in resource["ingress"].each():
        yield from _acl_entry(entry, "action", ("cidrBlock", "ipv6CidrBlock"))


def _acl_rule(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["egress"])
    if not resource["egress"].true and not resource["egress"].unknown:
        yield from _acl_entry(resource.props, "ruleAction", ("cidrBlock", "ipv6CidrBlock"))


INGRESS: Final[Mapping[str, Callable[[Resource, Config], Iterator[Result]]]] = {
    "aws:ec2/securityGroup:SecurityGroup": _group,
    "aws:ec2/securityGroupRule:SecurityGroupRule": _group_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ingress_rule,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default_group,
    "aws:ec2/managedPrefixList:ManagedPrefixList": _prefix_list,
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry": lambda resource, _: _list_entry(resource["cidr"]),
    "aws:ec2/networkAcl:NetworkAcl": _acl,
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _acl,
    "aws:ec2/networkAclRule:NetworkAclRule": _acl_rule,
}
"""What lets traffic in."""

open_ingress = Rule(
    About(
        name="open-ingress",
        description="Security groups and network ACLs let nobody in from everywhere, but an edge on 443 and 80.",
        severity="critical",
        remedy="Name the source: a security group, a network, or a managed prefix list such as CloudFront's.",
        controls={"FSBP": ("EC2.2", "EC2.21"), "SOC 2": ("CC6.6",)},
        settings={
            "edge_groups": strings(
                ["*load-balancer*"],
                "Globs over logical names of security groups, or of their rules: a public load balancer's.",
            )
        },
    ),
    types(*INGRESS),
    lambda resource, config: INGRESS[resource.type](resource, config),
)
