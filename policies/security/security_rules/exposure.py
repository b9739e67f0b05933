"""Nothing is reachable from the internet but what is declared to be."""

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
    flag,
    must_be_absent,
    must_be_false,
    must_be_seen,
    must_be_true,
    must_have_items,
    must_not_be_true,
    strings,
    types,
    unless,
    wrong,
)

EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_OLD_INTERNAL: Final = "service.beta.kubernetes.io/aws-load-balancer-internal"


def _everywhere(field: Field) -> bool:
    """Whether the text, or an item of the list, is the whole internet."""
    return field.text in EVERYWHERE or any(item.text in EVERYWHERE for item in field.each())


# --- public-exposure ------------------------------------------------------------------------------------------------


def _database(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_false(resource["publiclyAccessible"], "write publiclyAccessible: false")


def _public_access_block(resource: Resource, _: Config) -> Iterator[Result]:
    for name in _BLOCKS:
        yield from must_be_true(resource[name], "write True: all four are needed, each closes another way")


def _bucket_acl(resource: Resource, _: Config) -> Iterator[Result]:
    yield from unless(
        lambda it: it.missing or it.text in {"private", "log-delivery-write"},
        resource["acl"],
        "write no ACL at all: ownership controls 'BucketOwnerEnforced' switch ACLs off",
    )


def _subnet(resource: Resource, config: Config) -> Iterator[Result]:
    if not config.matches("public_subnets", resource.name):
        yield from must_not_be_true(
            resource["mapPublicIpOnLaunch"],
            "write mapPublicIpOnLaunch: false, as load balancers and NAT bring their own",
        )


def _cluster_endpoint(resource: Resource, config: Config) -> Iterator[Result]:
    network = resource["vpcConfig"]
    yield from must_be_true(network["endpointPrivateAccess"], "write endpointPrivateAccess: true")
    public = network["endpointPublicAccess"]
    if config.on("private_endpoint"):
        yield from must_be_false(
            public, "write endpointPublicAccess: false; `pulumi up` then runs in the account's network"
        )
        return
    yield from must_be_seen(public)
    if public.value is not False and not public.unknown:
        cidrs = network["publicAccessCidrs"]
        yield from must_have_items(
            cidrs, "write publicAccessCidrs with the runners' networks: without them everyone is let in"
        )
        if _everywhere(cidrs):
            yield wrong(cidrs, "write the runners' networks instead of everywhere")


def _node_group(resource: Resource, _: Config) -> Iterator[Result]:
    remote = resource["remoteAccess"]
    yield from must_be_seen(remote)
    if not remote.empty and not remote.unknown:
        yield from must_have_items(
            remote["sourceSecurityGroupIds"],
            "leave remoteAccess out (use SSM): without source groups SSH is open to all",
        )


def _launch_template(resource: Resource, _: Config) -> Iterator[Result]:
    for interface in resource["networkInterfaces"].each():
        yield from must_not_be_true(interface["associatePublicIpAddress"], "write associatePublicIpAddress: 'false'")


def _instance(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_not_be_true(resource["associatePublicIpAddress"], "write associatePublicIpAddress: false")


def _load_balancer(resource: Resource, config: Config) -> Iterator[Result]:
    if not config.matches("internet_facing", resource.name):
        yield from must_be_true(
            resource["internal"], "write internal: true, or name it in the setting internet_facing: it is then an edge"
        )


def _service(resource: Resource, config: Config) -> Iterator[Result]:
    spec, annotations = resource["spec"], resource.props.at("metadata", "annotations")
    yield from must_be_absent(
        spec["externalIPs"], "leave them out: whoever sets them takes over other services' addresses"
    )
    yield from must_be_seen(spec["type"])
    name = f"{resource.props.at('metadata', 'namespace').text}/{resource.props.at('metadata', 'name').text}"
    if spec["type"].text != "LoadBalancer" or config.matches("internet_facing", resource.name, name):
        return
    if annotations[_OLD_INTERNAL].true:
        return
    yield from unless(
        lambda it: it.text == "internal",
        annotations[_SCHEME],
        "write type ClusterIP behind the Gateway, or the scheme 'internal', or name it in the setting internet_facing",
    )


EXPOSED: Final[Mapping[str, Callable[[Resource, Config], Iterator[Result]]]] = {
    "aws:rds/instance:Instance": _database,
    "aws:rds/clusterInstance:ClusterInstance": _database,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _public_access_block,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _public_access_block,
    "aws:s3/bucketAcl:BucketAcl": _bucket_acl,
    "aws:s3/bucketAclV2:BucketAclV2": _bucket_acl,
    "aws:s3/bucket:Bucket": _bucket_acl,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:eks/cluster:Cluster": _cluster_endpoint,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/instance:Instance": _instance,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:alb/loadBalancer:LoadBalancer": _load_balancer,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:v1:Service": _service,
}
"""What can be opened to the internet, and what its inputs must say."""

public_exposure = Rule(
    About(
        name="public-exposure",
        description="Databases, buckets, nodes, the cluster's API and services are not reachable from the internet.",
        severity="critical",
        remedy="Keep the resource private and reach it through the declared edge: the Gateway or CloudFront.",
        controls={
            "FSBP": ("RDS.2", "S3.1", "S3.2", "S3.3", "S3.8", "S3.12", "EKS.1", "EC2.15", "EC2.25"),
            "CIS EKS 1.8.0": ("5.4.1", "5.4.2", "5.4.3"),
            "SOC 2": ("CC6.6",),
        },
        settings={
            "private_endpoint": flag(
                default=False, purpose="The cluster's API endpoint must be private only (production)."
            ),
            "public_subnets": strings(
                [], "Globs over subnets' logical names that may give instances public addresses."
            ),
            "internet_facing": strings(
                [],
                "Globs over logical names of load balancers, or `namespace/name` of Services: a declared edge.",
            ),
        },
    ),
    EXPOSED.__contains__,
    lambda resource, config: EXPOSED[resource.type](resource, config),
)


# --- open-ingress ---------------------------------------------------------------------------------------------------

_EDGE_PORTS: Final = frozenset({80.0, 443.0})
_ADMIN_PORTS: Final = (22, 3389)
_EPHEMERAL: Final = 1024


def _only_edge_ports(rule: Field) -> bool:
    return rule["fromPort"].number in _EDGE_PORTS and rule["toPort"].number == rule["fromPort"].number


def _ingress(rule: Field, sources: tuple[str, ...], *, edge: bool) -> Iterator[Result]:
    for name in sources:
        source = rule[name]
        yield from must_be_seen(source, *source.each())
        if not _everywhere(source):
            continue
        if not edge:
            yield wrong(
                source,
                "write the networks, security groups or prefix lists that need it instead of everywhere; a load "
                "balancer of the edge is named in the setting edge_groups",
            )
        elif rule["fromPort"].unknown or rule["toPort"].unknown:
            yield from must_be_seen(rule["fromPort"], rule["toPort"])
        elif not _only_edge_ports(rule):
            yield wrong(source, "write ports 443 or 80 only: even an edge opens no other port to everyone")


def _group(resource: Resource, config: Config) -> Iterator[Result]:
    edge = config.matches("edge_groups", resource.name)
    yield from must_be_seen(resource["ingress"])
    for rule in resource["ingress"].each():
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


def _acl_entry(entry: Field, action: str, cidrs: tuple[str, ...]) -> Iterator[Result]:
    deciding = [entry[name] for name in (action, *cidrs, "protocol", "fromPort", "toPort")]
    if any(it.unknown for it in deciding):
        yield from must_be_seen(*deciding)
        return
    if entry[action].text.lower() != "allow" or not any(entry[name].text in EVERYWHERE for name in cidrs):
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
    if not resource["egress"].true:
        yield from _acl_entry(resource.props, "ruleAction", ("cidrBlock", "ipv6CidrBlock"))


INGRESS: Final[Mapping[str, Callable[[Resource, Config], Iterator[Result]]]] = {
    "aws:ec2/securityGroup:SecurityGroup": _group,
    "aws:ec2/securityGroupRule:SecurityGroupRule": _group_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ingress_rule,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default_group,
    "aws:ec2/networkAcl:NetworkAcl": _acl,
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


# --- instance-metadata ----------------------------------------------------------------------------------------------


def _metadata(options: Field) -> Iterator[Result]:
    """The session token is demanded and does not outlive one hop, so no pod can have the node's credentials."""
    tokens, hops = options["httpTokens"], options["httpPutResponseHopLimit"]
    yield from unless(lambda it: it.text == "required", tokens, "write 'required': IMDSv1 hands out keys unasked")
    yield from unless(
        lambda it: it.number == 1, hops, "write 1: with more hops every pod reaches the node's credentials"
    )


def _node_class_metadata(resource: Resource) -> Iterator[Result]:
    return _metadata(resource.props.at("spec", "metadataOptions"))


METADATA: Final[Mapping[str, Callable[[Resource], Iterator[Result]]]] = {
    "aws:ec2/launchTemplate:LaunchTemplate": lambda it: _metadata(it["metadataOptions"]),
    "aws:ec2/instance:Instance": lambda it: _metadata(it["metadataOptions"]),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": lambda it: _metadata(it.props),
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": _node_class_metadata,
    "kubernetes:karpenter.k8s.aws/v1beta1:EC2NodeClass": _node_class_metadata,
}

instance_metadata = Rule(
    About(
        name="instance-metadata",
        description="Instances answer metadata requests with a session token only, and within one hop.",
        severity="high",
        remedy="Set metadataOptions with httpTokens: 'required' and httpPutResponseHopLimit: 1. Controllers "
        "that read the metadata then need Pod Identity and explicit region and VPC settings.",
        controls={
            "FSBP": ("EC2.8",),
            "OWASP MCP Top 10": ("MCP02",),
            "OWASP Agentic Top 10": ("ASI03",),
        },
    ),
    METADATA.__contains__,
    lambda resource, _: METADATA[resource.type](resource),
)
