"""The table of the stacks, the data classes, and the network."""

from __future__ import annotations

from tests.requirements.model import NONE, THERE, Line, among, by, count, exactly, matching

STACKS = (
    Line(
        "VPC of the stack's own",
        "aws:ec2:Vpc::vpc#cidrBlock",
        by(dev="10.1.0.0/16", staging="10.2.0.0/16", production="10.0.0.0/16"),
    ),
    Line("Availability zones", "aws:ec2:Subnet::public-*", by(dev=count(2), staging=count(3), production=count(3))),
    Line("NAT: one, or one a zone", "aws:ec2:NatGateway::*", by(dev=count(1), staging=count(1), production=count(3))),
    Line(
        "Nodes of dev in one zone",
        "aws:eks:NodeGroup::eks-main-general#subnetIds.*",
        by(dev=count(1), staging=count(3), production=count(3)),
    ),
    Line(
        "General nodes: type",
        "aws:eks:NodeGroup::eks-main-general#instanceTypes.*",
        by(dev="t3.xlarge", staging="m6i.xlarge", production="m6i.xlarge"),
    ),
    Line("General nodes: on demand", "aws:eks:NodeGroup::eks-main-general#capacityType", "ON_DEMAND"),
    Line(
        "General nodes: base",
        "aws:eks:NodeGroup::eks-main-general#scalingConfig.desiredSize",
        by(dev=2, staging=2, production=5),
    ),
    Line(
        "General nodes: most",
        "aws:eks:NodeGroup::eks-main-general#scalingConfig.maxSize",
        by(dev=2, staging=4, production=10),
    ),
    Line(
        "General nodes: least, zero in dev for off hours",
        "aws:eks:NodeGroup::eks-main-general#scalingConfig.minSize",
        by(dev=0, staging=2, production=5),
    ),
    Line(
        "Spot nodes 0-10",
        "kubernetes:karpenter.sh/v1:NodePool::*#spec.template.spec.requirements[key=karpenter.sh/capacity-type].values.*",
        by(staging=among("spot"), production=among("spot")),
    ),
    Line(
        "Spot nodes 0-10: ten of four cores",
        "kubernetes:karpenter.sh/v1:NodePool::*spot#spec.limits.cpu",
        by(staging="40", production="40"),
    ),
    Line(
        "Memory nodes r6i 0-2: two of the smaller type",
        "kubernetes:karpenter.sh/v1:NodePool::*memory#spec.limits.cpu",
        by(production="4"),
    ),
    Line(
        "Autoscaler none in dev: no Karpenter",
        "kubernetes:karpenter.sh/v1:NodePool::*",
        by(dev=NONE, staging=THERE, production=THERE),
    ),
    Line(
        "Database: kind and class",
        "aws:rds:ClusterInstance::database-*#instanceClass",
        by(dev="db.serverless", staging="db.r6g.large", production="db.r6g.xlarge"),
    ),
    Line("Database: Aurora PostgreSQL 17", "aws:rds:Cluster::database#engineVersion", matching(r"^17\.")),
    Line(
        "Database of dev: 0-2 ACU",
        "aws:rds:Cluster::database#serverlessv2ScalingConfiguration.maxCapacity",
        by(dev=2, staging=NONE, production=NONE),
    ),
    Line("Database of dev pauses", "aws:rds:Cluster::database#serverlessv2ScalingConfiguration.minCapacity", by(dev=0)),
    Line(
        "Database of production: writer and reader",
        "aws:rds:ClusterInstance::database-*",
        by(dev=count(1), production=count(2)),
    ),
    Line(
        "Serverless v2 0.5-4 ACU as a setting",
        "test:tests/components/data_layer/test_data_settings.py::test_the_example_files_are_accepted",
    ),
    Line("Cache: Valkey 8", "aws:elasticache:ReplicationGroup::*#engine", "valkey"),
    Line("Cache: version", "aws:elasticache:ReplicationGroup::*#engineVersion", matching(r"^8\.")),
    Line(
        "Cache: node type",
        "aws:elasticache:ReplicationGroup::queue#nodeType",
        by(dev="cache.t4g.micro", staging="cache.t4g.small", production="cache.t4g.medium"),
    ),
    Line(
        "Cache of production: two nodes, failover",
        "aws:elasticache:ReplicationGroup::*#automaticFailoverEnabled",
        by(dev=False, production=True),
    ),
    Line(
        "Cache of production: two nodes",
        "aws:elasticache:ReplicationGroup::*#numCacheClusters",
        by(dev=1, production=2),
    ),
    Line(
        "Budget in USD a month",
        "aws:budgets:Budget::monthly#limitAmount",
        by(dev="600", staging="1300", production="3500"),
    ),
    Line(
        "Off hours of dev: to zero",
        "aws:autoscaling:Schedule::*-sleep#desiredCapacity",
        by(dev=0, staging=NONE, production=NONE),
    ),
    Line("Region", "pulumi:providers:aws::aws#region", "us-east-1"),
    Line(
        "Recovery region us-west-2", "aws:kms:ReplicaKey::*#region", by(dev=NONE, staging=NONE, production="us-west-2")
    ),
    Line("The account guard", "pulumi:providers:aws::aws#allowedAccountIds.*", "111122223333"),
    Line("Kubernetes 1.36", "aws:eks:Cluster::*#version", "1.36"),
    Line(
        "Named by platform and environment, with the cluster's key",
        "aws:eks:Cluster::*#name",
        by(dev="toolboxai-dev-main", staging="toolboxai-staging-main", production="toolboxai-production-main"),
    ),
    Line(
        "Not-a-CIDR, overlaps, too few zones, versions out of support are refused",
        "test:tests/settings/test_refusals.py::test_a_mistake_gives_one_error_that_names_it",
    ),
    Line(
        "Data classes: nothing beyond its class's limit",
        "test:tests/components/data_layer/test_data_settings.py::test_no_class_is_ever_kept_beyond_its_limit",
    ),
    Line("Data classes: pupils' contexts, 30 days", "aws:dynamodb:Table::mcp-contexts#ttl.enabled", True),
    Line(
        "Data classes: pupils' data says so in production and is synthetic elsewhere",
        "aws:dynamodb:Table::mcp-contexts#tagsAll.DataClass",
        by(dev="internal", staging="internal", production="child-pii"),
    ),
    Line("Data classes: assets are public", "aws:s3:Bucket::assets#tagsAll.DataClass", "public"),
    Line(
        "Data classes: audit is kept 2,555 days",
        "aws:s3:BucketLifecycleConfiguration::audit#rules[id=aging].expiration.days",
        by(production=2555),
    ),
    Line(
        "Data classes: logs 90 days, 365 in production",
        "aws:cloudwatch:LogGroup::*#retentionInDays",
        by(dev=exactly(14), production=exactly(365)),
    ),
    Line(
        "Every store has class, purpose and retention",
        "test:tests/components/data_layer/test_data_graph.py::test_the_list_of_stores_is_the_graphs",
    ),
)

NETWORKING = (
    Line("Three tiers: private", "aws:ec2:Subnet::private-*", by(dev=count(2), staging=count(3), production=count(3))),
    Line(
        "Three tiers: database", "aws:ec2:Subnet::database-*", by(dev=count(2), staging=count(3), production=count(3))
    ),
    Line("The database tier has no route to the internet", "aws:ec2:Route::database*", NONE),
    Line("Private subnets go out by NAT", "aws:ec2:Route::private-*-nat#natGatewayId", THERE),
    Line("No subnet gives public addresses", "aws:ec2:Subnet::*#mapPublicIpOnLaunch", exactly(False)),
    Line(
        "A zone or tier more renumbers nothing",
        "test:tests/components/networking/test_plan.py::test_adding_zones_or_tiers_renumbers_nothing",
    ),
    Line("NACL a tier", "aws:ec2:NetworkAcl::*", count(3)),
    Line(
        "NACL: the database tier from private only",
        "test:tests/components/networking/test_acl.py::test_nothing_else_reaches_the_stores",
    ),
    Line(
        "NACL: ephemeral ports",
        "test:tests/components/networking/test_acl.py::test_an_answer_arrives_at_every_port_that_a_translated_connection_may_have",
    ),
    Line("Default security group emptied: in", "aws:ec2:DefaultSecurityGroup::*#ingress", []),
    Line("Default security group emptied: out", "aws:ec2:DefaultSecurityGroup::*#egress", []),
    Line("Flow logs of everything", "aws:ec2:FlowLog::flow-logs#trafficType", "ALL"),
    Line("Flow logs encrypted", "aws:cloudwatch:LogGroup::flow-logs#kmsKeyId", matching("^arn:aws:kms:")),
    Line("Flow logs finite", "aws:cloudwatch:LogGroup::flow-logs#retentionInDays", by(dev=14, production=365)),
    Line("Gateway endpoint S3", "aws:ec2:VpcEndpoint::s3-gateway#vpcEndpointType", "Gateway"),
    Line("Gateway endpoint DynamoDB", "aws:ec2:VpcEndpoint::dynamodb-gateway#vpcEndpointType", "Gateway"),
    *(
        Line(
            f"Interface endpoint {name}",
            f"aws:ec2:VpcEndpoint::{name}#vpcEndpointType",
            by(dev=NONE, production="Interface"),
        )
        for name in (
            "ecr.api",
            "ecr.dkr",
            "sts",
            "logs",
            "monitoring",
            "secretsmanager",
            "kms",
            "ec2",
            "elasticloadbalancing",
            "eks",
            "eks-auth",
            "ssm",
            "sqs",
            "bedrock-runtime",
            "dynamodb",
            "s3",
        )
    ),
    Line(
        "Interface endpoints answer by their own names, DynamoDB's by a zone of ours",
        "aws:ec2:VpcEndpoint::[!ds]*#privateDnsEnabled",
        by(production=exactly(True)),
    ),
    Line("Subnets tagged for load balancers: public", "aws:ec2:Subnet::public-*#tags.<kubernetes.io/role/elb>", "1"),
    Line(
        "Subnets tagged for load balancers: private",
        "aws:ec2:Subnet::private-*#tags.<kubernetes.io/role/internal-elb>",
        "1",
    ),
    Line(
        "The cluster's security group tagged for Karpenter",
        "aws:ec2:Tag::eks-main-karpenter-discovery#key",
        by(staging="karpenter.sh/discovery", production="karpenter.sh/discovery"),
    ),
    Line(
        "Secondary pod network as a setting",
        "test:tests/components/networking/test_plan.py::test_pod_subnets_are_inside_and_disjoint",
    ),
    Line(
        "Pods of a secondary network",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_pods_of_a_secondary_network_get_a_configuration_a_zone",
    ),
    Line("Prefix delegation", "aws:eks:Addon::*-vpc-cni#configurationValues.env.ENABLE_PREFIX_DELEGATION", "true"),
)
