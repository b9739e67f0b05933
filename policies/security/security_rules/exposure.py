"""Nothing is reachable from the internet but what is declared to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from .core.reading import Field
from .core.rules import (
    About,
    Config,
    Resource,
    Result,
    flag,
    must_be_absent,
    must_be_false,
    must_be_one_of,
    must_be_seen,
    must_be_true,
    must_have_items,
    must_not_be_true,
    strings,
    unless,
    wrong,
)
from .networks import everywhere
from .objects import object_rule

Check: TypeAlias = Callable[[Resource, Config], Iterator[Result]]

_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_EVERYONE_S3: Final = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
"""Ends of the URIs of S3's groups of everyone, and of everyone who has any AWS account."""
_OWNERS: Final = frozenset({"bucket-owner-full-control", "bucket-owner-read", "aws-exec-read"})
"""Canned ACLs of objects that let nobody in but owners and AWS."""
_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_ALB_SCHEME: Final = "alb.ingress.kubernetes.io/scheme"
_OLD_INTERNAL: Final = "service.beta.kubernetes.io/aws-load-balancer-internal"


def _never(*path: str) -> Check:
    """The input at ``path`` must say no: what isn't said is yes, or was in an older version of the provider."""
    return lambda resource, _: must_be_false(resource.props.at(*path), f"write {path[-1]}: false")


def _not(*path: str) -> Check:
    """The input at ``path`` must not say yes; what isn't said is no."""
    return lambda resource, _: must_not_be_true(resource.props.at(*path), f"write {path[-1]}: false")


def _only(name: str, *allowed: str, advice: str = "") -> Check:
    """The input must be one of ``allowed``: what isn't said is open."""
    return lambda resource, _: must_be_one_of(
        resource.props.at(*name.split(".")), allowed, advice or f"write '{allowed[0]}'"
    )


def _but_edges(check: Check) -> Check:
    """``check``, but for what the setting ``internet_facing`` names."""

    def checked(resource: Resource, config: Config) -> Iterator[Result]:
        if not config.matches("internet_facing", resource.name):
            yield from check(resource, config)

    return checked


def _public_access_block(resource: Resource, _: Config) -> Iterator[Result]:
    for name in _BLOCKS:
        yield from must_be_true(resource[name], "write true: all four are needed, each closes another way")


def _acl(at: Field) -> Iterator[Result]:
    yield from unless(
        lambda it: it.missing or it.text in {"private", "log-delivery-write", *_OWNERS},
        at,
        "write no ACL at all: ownership controls 'BucketOwnerEnforced' switch ACLs off",
    )


def _grants(grants: Field, *grantee: str) -> Iterator[Result]:
    yield from must_be_seen(grants)
    for grant in grants.each():
        yield from unless(
            lambda it: not it.text.endswith(_EVERYONE_S3),
            grant.at(*grantee, "uri"),
            "write the accounts that may: this group is everyone",
        )


def _bucket_acl(resource: Resource, _: Config) -> Iterator[Result]:
    yield from _acl(resource["acl"])
    yield from _grants(resource.props.at("accessControlPolicy", "grants"), "grantee")


def _bucket(resource: Resource, _: Config) -> Iterator[Result]:
    yield from _acl(resource["acl"])
    yield from _grants(resource["grants"])


def _access_point(resource: Resource, _: Config) -> Iterator[Result]:
    blocks = resource["publicAccessBlockConfiguration"]
    yield from must_be_seen(blocks)
    for name in _BLOCKS:  # all four are on where nothing is said
        yield from unless(
            lambda it: it.missing or it.true, blocks[name], "write true: all four are needed, each closes another way"
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
        if everywhere(cidrs):
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
    yield from must_be_seen(resource["networkInterfaces"])
    for interface in resource["networkInterfaces"].each():
        yield from must_not_be_true(interface["associatePublicIpAddress"], "write associatePublicIpAddress: 'false'")


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


def _fleet(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["launchSpecifications"])
    for launched in resource["launchSpecifications"].each():
        yield from must_not_be_true(launched["associatePublicIpAddress"], "write associatePublicIpAddress: false")


def _ingress(resource: Resource, config: Config) -> Iterator[Result]:
    metadata = resource["metadata"]
    name = f"{metadata['namespace'].text}/{metadata['name'].text}"
    if not config.matches("internet_facing", resource.name, name):
        yield from unless(
            lambda it: it.text != "internet-facing",
            metadata["annotations"][_ALB_SCHEME],
            "write 'internal', or name it in the setting internet_facing: it is then an edge",
        )


# --- what everyone may read or call ---------------------------------------------------------------------------------


def _shared(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["sharedAccounts"])
    for account in resource["sharedAccounts"].each():
        yield from unless(lambda it: it.text != "all", account, "write the accounts that may restore it")


def _image_shared(resource: Resource, _: Config) -> Iterator[Result]:
    yield from unless(lambda it: it.text != "all", resource["group"], "write accountId or organizationArn instead")


def _document(resource: Resource, _: Config) -> Iterator[Result]:
    yield from unless(
        lambda it: it.text.lower() != "all",
        resource["permissions"]["account_ids"],
        "write the accounts that may run it",
    )


def _permission(*narrowing: str) -> Check:
    """``principal`` names somebody, or one of ``narrowing`` says of whom."""

    def check(resource: Resource, _: Config) -> Iterator[Result]:
        if all(resource[name].empty for name in narrowing):
            yield from unless(
                lambda it: it.text != "*",
                resource["principal"],
                f"write the account or service; with `*` write {' or '.join(narrowing)}",
            )

    return check


def _method(resource: Resource, _: Config) -> Iterator[Result]:
    if resource["httpMethod"].text != "OPTIONS":  # what browsers ask before they send credentials
        yield from unless(
            lambda it: not it.missing and it.text != "NONE",
            resource["authorization"],
            "write AWS_IAM, CUSTOM or COGNITO_USER_POOLS, or name it in the setting internet_facing",
        )


def _brokers(resource: Resource, _: Config) -> Iterator[Result]:
    access = resource.props.at("brokerNodeGroupInfo", "connectivityInfo", "publicAccess", "type")
    yield from unless(lambda it: it.missing or it.text == "DISABLED", access, "write 'DISABLED'")
    yield from must_not_be_true(
        resource["clientAuthentication"]["unauthenticated"], "write false, and iam or scram beside it"
    )


def _search(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_have_items(resource["vpcOptions"], "write subnetIds: without them the endpoint is the internet's")


def _search_collections(resource: Resource, _: Config) -> Iterator[Result]:
    """OpenSearch Serverless says it in a policy of type ``network``."""
    yield from must_be_seen(resource["type"], resource["policy"])
    if resource["type"].text == "network" and '"AllowFromPublic":true' in "".join(resource["policy"].text.split()):
        yield wrong(resource["policy"], "write AllowFromPublic: false and SourceVPCEs")


_NO_URL: Final = _but_edges(_only("authorizationType", "AWS_IAM"))
_NO_ROUTE: Final = _but_edges(
    _only(
        "authorizationType",
        *("AWS_IAM", "JWT", "CUSTOM"),
        advice="write AWS_IAM, JWT or CUSTOM, or name it in the setting internet_facing",
    )
)

EXPOSED: Final[Mapping[str, Check]] = {
    # databases and what else answers by an address of its own
    "aws:rds/instance:Instance": _never("publiclyAccessible"),
    "aws:rds/clusterInstance:ClusterInstance": _never("publiclyAccessible"),
    "aws:rds/cluster:Cluster": _not("publiclyAccessible"),
    "aws:rds/shardGroup:ShardGroup": _not("publiclyAccessible"),
    "aws:neptune/clusterInstance:ClusterInstance": _not("publiclyAccessible"),
    "aws:neptunegraph/graph:Graph": _not("publicConnectivity"),
    "aws:redshift/cluster:Cluster": _never("publiclyAccessible"),
    "aws:redshiftserverless/workgroup:Workgroup": _not("publiclyAccessible"),
    "aws:dms/replicationInstance:ReplicationInstance": _never("publiclyAccessible"),
    "aws:dms/instanceProfile:InstanceProfile": _not("publiclyAccessible"),
    "aws:timestreaminfluxdb/dbInstance:DbInstance": _not("publiclyAccessible"),
    "aws:timestreaminfluxdb/dbCluster:DbCluster": _not("publiclyAccessible"),
    "aws:lightsail/database:Database": _not("publiclyAccessible"),
    "aws:mq/broker:Broker": _not("publiclyAccessible"),
    "aws:m2/environment:Environment": _not("publiclyAccessible"),
    "aws:msk/cluster:Cluster": _brokers,
    "aws:opensearch/domain:Domain": _search,
    "aws:elasticsearch/domain:Domain": _search,
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": _search_collections,
    "aws:mwaa/environment:Environment": _only("webserverAccessMode", "PRIVATE_ONLY"),
    "aws:sagemaker/domain:Domain": _only("appNetworkAccessType", "VpcOnly"),
    "aws:sagemaker/notebookInstance:NotebookInstance": _only("directInternetAccess", "Disabled"),
    "aws:transfer/server:Server": _but_edges(_only("endpointType", "VPC", "VPC_ENDPOINT")),
    "aws:apprunner/service:Service": _but_edges(
        _never("networkConfiguration", "ingressConfiguration", "isPubliclyAccessible")
    ),
    # what may be called without saying who calls
    "aws:lambda/functionUrl:FunctionUrl": _NO_URL,
    "aws:lambda/permission:Permission": _permission("principalOrgId", "sourceAccount", "sourceArn"),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": _permission("organizationId"),
    "aws:cloudwatch/eventPermission:EventPermission": _permission("condition"),
    "aws:apigateway/method:Method": _but_edges(_method),
    "aws:apigatewayv2/route:Route": _NO_ROUTE,
    # what may be copied
    "aws:rds/snapshot:Snapshot": _shared,
    "aws:rds/snapshotCopy:SnapshotCopy": _shared,
    "aws:rds/clusterSnapshot:ClusterSnapshot": _shared,
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": _shared,
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": _image_shared,
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": _only("state", "block-new-sharing"),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": _only(
        "state", "block-all-sharing", "block-new-sharing"
    ),
    "aws:ssm/document:Document": _document,
    "aws:codebuild/project:Project": lambda resource, _: unless(
        lambda it: it.missing or it.text == "PRIVATE", resource["projectVisibility"], "write 'PRIVATE'"
    ),
    # buckets
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _public_access_block,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _public_access_block,
    "aws:s3/bucketAcl:BucketAcl": _bucket_acl,
    "aws:s3/bucketAclV2:BucketAclV2": _bucket_acl,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketV2:BucketV2": _bucket,
    "aws:s3/bucketObject:BucketObject": lambda resource, _: _acl(resource["acl"]),
    "aws:s3/bucketObjectv2:BucketObjectv2": lambda resource, _: _acl(resource["acl"]),
    "aws:s3/objectCopy:ObjectCopy": lambda resource, _: _acl(resource["acl"]),
    "aws:s3/accessPoint:AccessPoint": _access_point,
    # networks and what stands in them
    "aws:ec2/defaultSubnet:DefaultSubnet": _never("mapPublicIpOnLaunch"),
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:eks/cluster:Cluster": _cluster_endpoint,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/instance:Instance": _not("associatePublicIpAddress"),
    "aws:ec2/launchConfiguration:LaunchConfiguration": _not("associatePublicIpAddress"),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": _not("associatePublicIpAddress"),
    "aws:ec2/spotFleetRequest:SpotFleetRequest": _fleet,
    "aws:ecs/service:Service": _not("networkConfiguration", "assignPublicIp"),
    "aws:ecs/taskSet:TaskSet": _not("networkConfiguration", "assignPublicIp"),
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:alb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:elb/loadBalancer:LoadBalancer": _load_balancer,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:networking.k8s.io/v1:Ingress": _ingress,
}
"""What can be opened to the internet, and what its inputs must say."""

public_exposure = object_rule(
    About(
        name="public-exposure",
        description="Databases, buckets, nodes, functions, APIs and services are not open to the internet.",
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
                "Globs over logical names of load balancers, function URLs and API methods, or `namespace/name` of "
                "Services and Ingresses: a declared edge.",
            ),
        },
    ),
    EXPOSED.__contains__,
    lambda resource, config: EXPOSED[resource.type](resource, config),
)
