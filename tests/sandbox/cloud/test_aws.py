from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sandbox.cloud import Cloud, ProviderConfig, Refused
from sandbox.cloud.aws.names import fill_in
from sandbox.model import UNKNOWN, Properties, Secret
from sandbox.protocol.goal import Goal

Ask = Callable[..., tuple[str, Properties, Properties]]


# --- check ------------------------------------------------------------------------------------------------------


def test_names_are_made_up_and_stay_the_same(ask: Ask) -> None:
    _, first, _ = ask("aws:sqs/queue:Queue", "jobs")
    _, again, _ = ask("aws:sqs/queue:Queue", "jobs")
    _, other, _ = ask("aws:sqs/queue:Queue", "jobs2")

    assert re.fullmatch(r"jobs-[0-9a-f]{7}", str(first["name"]))
    assert first["name"] == again["name"]
    assert str(other["name"])[-7:] != str(first["name"])[-7:]


@pytest.mark.parametrize(
    ("type_", "inputs", "key", "pattern"),
    [
        ("aws:s3/bucket:Bucket", {}, "bucket", r"my-name-[0-9a-f]{7}"),
        ("aws:sqs/queue:Queue", {"fifoQueue": True}, "name", r"My-Name-[0-9a-f]{7}\.fifo"),
        ("aws:kms/alias:Alias", {"targetKeyId": "k"}, "name", r"alias/My-Name-[0-9a-f]{7}"),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t4g.medium"}, "identifier", r"My-Name[0-9a-f]{7}"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"description": "d"},
            "replicationGroupId",
            r"my-name-.*",
        ),
        ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, "name", r"My-Name-[0-9a-f]{7}"),
    ],
)
def test_each_type_has_its_own_form(ask: Ask, type_: str, inputs: Properties, key: str, pattern: str) -> None:
    _, checked, outputs = ask(type_, "My-Name", inputs)

    assert re.fullmatch(pattern, str(checked[key]))
    assert outputs[key] == checked[key]


@pytest.mark.parametrize(
    ("type_", "inputs", "key"),
    [
        ("aws:sqs/queue:Queue", {"name": "given"}, "name"),
        ("aws:sqs/queue:Queue", {"namePrefix": "given"}, "name"),
        ("aws:s3/bucket:Bucket", {"bucketPrefix": "given"}, "bucket"),
        ("aws:route53/record:Record", {"zoneId": "z", "name": "a.example.org", "type": "A"}, "name"),
        ("aws:rds/cluster:Cluster", {"engine": "aurora-postgresql"}, "clusterIdentifier"),
    ],
)
def test_nothing_is_made_up_over_what_is_given_or_not_named(ask: Ask, type_: str, inputs: Properties, key: str) -> None:
    _, checked, _ = ask(type_, "x", inputs)

    assert checked.get(key) == inputs.get(key)


def test_a_resource_name_without_room_for_the_digits_is_refused(ask: Ask) -> None:
    with pytest.raises(
        Refused, match=r"name: the resource name 'a{60}' and 7 digits make 68 characters, 64 are allowed"
    ):
        ask("aws:iam/role:Role", "a" * 60, {"assumeRolePolicy": "{}"})


def test_descriptions_are_filled_in_as_the_provider_does(ask: Ask) -> None:
    _, made_up, _ = ask("aws:ec2/securityGroup:SecurityGroup", "g")
    _, given, _ = ask("aws:ec2/securityGroup:SecurityGroup", "h", {"description": "mine"})

    assert made_up["description"] == "Managed by Pulumi"
    assert given["description"] == "mine"


def test_default_tags_and_own_tags_come_together(ask: Ask) -> None:
    _, none, _ = ask("aws:sqs/queue:Queue", "a")
    _, some, outputs = ask("aws:sqs/queue:Queue", "b", {"tags": {"Owner": "z", "More": "m"}})

    assert none["tagsAll"] == {"Project": "x", "Owner": "y"}
    assert "tags" not in none
    assert some["tags"] == {"Owner": "z", "More": "m"}
    assert some["tagsAll"] == outputs["tagsAll"] == {"Project": "x", "Owner": "z", "More": "m"}


def test_types_without_tags_get_none(ask: Ask) -> None:
    _, checked, _ = ask("aws:ec2/route:Route", "r", {"routeTableId": "rtb-1"})

    assert "tagsAll" not in checked


def test_one_unknown_tag_hides_them_all(ask: Ask) -> None:
    _, checked, _ = ask("aws:sqs/queue:Queue", "a", {"tags": {"Owner": UNKNOWN}})

    assert checked["tagsAll"] is UNKNOWN


def test_ignored_tags_are_left_out() -> None:
    config = ProviderConfig.of(
        {
            "defaultTags": '{"tags":{"a":"1","kubernetes.io/x":"2"}}',
            "ignoreTags": '{"keys":["b"],"keyPrefixes":["kubernetes.io/"]}',
        }
    )

    assert config.tags_all({"b": "3", "c": "4"}) == {"a": "1", "c": "4"}


def test_the_region_is_filled_in_and_a_given_one_stays(ask: Ask) -> None:
    _, here, outputs = ask("aws:sqs/queue:Queue", "a")
    _, there, elsewhere = ask("aws:sqs/queue:Queue", "b", {"region": "us-west-2"})

    assert (here["region"], there["region"]) == ("us-east-1", "us-west-2")
    assert ":us-east-1:" in str(outputs["arn"])
    assert ":us-west-2:" in str(elsewhere["arn"])


def test_global_types_have_no_region(ask: Ask) -> None:
    _, checked, outputs = ask("aws:iam/role:Role", "r", {"assumeRolePolicy": "{}", "name": "r", "path": "/team/"})

    assert "region" not in checked
    assert outputs["arn"] == "arn:aws:iam::111122223333:role/team/r"


def test_the_programs_own_inputs_are_left_alone(ask: Ask) -> None:
    given: Properties = {"tags": {"a": "b"}}

    ask("aws:sqs/queue:Queue", "a", given)

    assert given == {"tags": {"a": "b"}}


def test_a_type_that_is_not_known_is_taken_as_it_comes(ask: Ask) -> None:
    id_, checked, outputs = ask("aws:quantum/computer:Computer", "q", {"qubits": 3})

    assert checked == {"qubits": 3}
    assert outputs["qubits"] == 3
    assert id_.startswith("q-")


# --- answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "inputs", "id_", "expected"),
    [
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, r"vpc-[0-9a-f]{17}", {
            "arn": r"arn:aws:ec2:us-east-1:111122223333:vpc/vpc-[0-9a-f]{17}",
            "defaultSecurityGroupId": r"sg-[0-9a-f]{17}",
            "mainRouteTableId": r"rtb-[0-9a-f]{17}",
        }),
        ("aws:ec2/subnet:Subnet", {"vpcId": "v", "availabilityZone": "us-east-1b"}, r"subnet-[0-9a-f]{17}", {
            "availabilityZoneId": "use1-az2",
        }),
        ("aws:ec2/eip:Eip", {}, r"eipalloc-[0-9a-f]{17}", {
            "publicIp": r"203\.0\.113\.\d+", "publicDns": r"ec2-203-0-113-\d+\.compute-1\.amazonaws\.com",
        }),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcId": "v", "serviceName": "com.amazonaws.us-east-1.s3"},
         r"vpce-[0-9a-f]{17}", {"prefixListId": "pl-63a5400a", "state": "available"}),
        ("aws:eks/nodeGroup:NodeGroup", {
            "clusterName": "c", "nodeGroupName": "n", "nodeRoleArn": "a", "subnetIds": [],
            "scalingConfig": {"desiredSize": 1, "maxSize": 1, "minSize": 1},
        }, "c:n", {"arn": r"arn:aws:eks:us-east-1:111122223333:nodegroup/c/n/[0-9a-f-]{36}"}),
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", {
            "clusterName": "c", "namespace": "n", "serviceAccount": "s", "roleArn": "a",
        }, r"a-[0-9a-z]{17}", {
            "associationArn": r"arn:aws:eks:us-east-1:111122223333:podidentityassociation/c/a-[0-9a-z]{17}",
        }),
        ("aws:kms/key:Key", {}, r"[0-9a-f-]{36}", {"arn": r"arn:aws:kms:us-east-1:111122223333:key/[0-9a-f-]{36}"}),
        ("aws:kms/key:Key", {"multiRegion": True}, r"mrk-[0-9a-f]{32}", {}),
        ("aws:rds/cluster:Cluster", {"engine": "aurora-postgresql", "clusterIdentifier": "db",
                                     "engineVersion": "17.4"}, "db", {
            "endpoint": r"db\.cluster-[0-9a-z]{12}\.us-east-1\.rds\.amazonaws\.com",
            "readerEndpoint": r"db\.cluster-ro-[0-9a-z]{12}\.us-east-1\.rds\.amazonaws\.com",
            "engineVersionActual": r"17\.4",
            "port": "5432",
        }),
        ("aws:rds/instance:Instance", {"instanceClass": "db.t4g.medium", "identifier": "i", "engine": "mysql"},
         r"db-[A-Z0-9]{26}", {"endpoint": r"i\.[0-9a-z]{12}\.us-east-1\.rds\.amazonaws\.com:3306"}),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {
            "description": "d", "replicationGroupId": "r", "transitEncryptionEnabled": True, "numCacheClusters": 2,
        }, "r", {"primaryEndpointAddress": r"master\.r\.[0-9a-z]{6}\.use1\.cache\.amazonaws\.com", "port": "6379"}),
        ("aws:dynamodb/table:Table", {"name": "t", "streamEnabled": True}, "t", {
            "arn": "arn:aws:dynamodb:us-east-1:111122223333:table/t",
            "streamArn": r"arn:aws:dynamodb:us-east-1:111122223333:table/t/stream/2000-.*",
        }),
        ("aws:s3/bucket:Bucket", {"bucket": "b"}, "b", {
            "arn": "arn:aws:s3:::b", "bucketRegionalDomainName": r"b\.s3\.us-east-1\.amazonaws\.com",
        }),
        ("aws:ecr/repository:Repository", {"name": "a/b"}, "a/b", {
            "repositoryUrl": r"111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com/a/b",
        }),
        ("aws:secretsmanager/secret:Secret", {"name": "a/b"},
         r"arn:aws:secretsmanager:us-east-1:111122223333:secret:a/b-[A-Z0-9]{6}", {}),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/a"}, "/a", {
            "arn": "arn:aws:logs:us-east-1:111122223333:log-group:/a",
        }),
        ("aws:sns/topic:Topic", {"name": "t"}, "arn:aws:sns:us-east-1:111122223333:t", {}),
        ("aws:sqs/queue:Queue", {"name": "q"}, r"https://sqs\.us-east-1\.amazonaws\.com/111122223333/q", {
            "arn": "arn:aws:sqs:us-east-1:111122223333:q",
        }),
        ("aws:wafv2/webAcl:WebAcl", {
            "name": "w", "scope": "CLOUDFRONT", "defaultAction": {"allow": {}},
            "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True},
        }, r"[0-9a-f-]{36}", {"arn": r"arn:aws:wafv2:us-east-1:111122223333:global/webacl/w/[0-9a-f-]{36}"}),
    ],
)  # fmt: skip
def test_answers_have_awss_own_form(
    ask: Ask, type_: str, inputs: Properties, id_: str, expected: dict[str, str]
) -> None:
    made, _, outputs = ask(type_, "name", inputs)

    assert re.fullmatch(id_, made), made
    for key, pattern in expected.items():
        assert re.fullmatch(pattern, str(outputs[key])), (key, outputs[key])


def test_a_managed_password_has_a_secret_of_its_own(ask: Ask) -> None:
    inputs: Properties = {"engine": "aurora-postgresql", "clusterIdentifier": "db", "manageMasterUserPassword": True}

    _, _, managed = ask("aws:rds/cluster:Cluster", "a", {**inputs, "masterUserSecretKmsKeyId": "key"})
    _, _, own = ask("aws:rds/cluster:Cluster", "b", {**inputs, "manageMasterUserPassword": False})

    secrets = managed["masterUserSecrets"]
    assert isinstance(secrets, list)
    assert isinstance(secrets[0], dict)
    assert secrets[0]["kmsKeyId"] == "key"
    assert re.fullmatch(
        r"arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!cluster-[0-9a-f-]{36}-[A-Z0-9]{6}",
        str(secrets[0]["secretArn"]),
    )
    assert "masterUserSecrets" not in own


def test_what_a_vpc_brings_is_what_its_defaults_adopt(ask: Ask) -> None:
    id_, _, vpc = ask("aws:ec2/vpc:Vpc", "v", {"cidrBlock": "10.0.0.0/16"})

    group, _, _ = ask("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "g", {"vpcId": id_})
    table, _, _ = ask(
        "aws:ec2/defaultRouteTable:DefaultRouteTable", "t", {"defaultRouteTableId": vpc["defaultRouteTableId"]}
    )
    acl, _, _ = ask(
        "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "a", {"defaultNetworkAclId": vpc["defaultNetworkAclId"]}
    )

    assert group == vpc["defaultSecurityGroupId"]
    assert table == vpc["mainRouteTableId"] == vpc["defaultRouteTableId"]
    assert acl == vpc["defaultNetworkAclId"]


def test_a_cluster_knows_the_vpc_of_its_subnets(ask: Ask) -> None:
    subnet, _, _ = ask("aws:ec2/subnet:Subnet", "s", {"vpcId": "vpc-mine"})

    _, _, cluster = ask("aws:eks/cluster:Cluster", "c", {"roleArn": "r", "vpcConfig": {"subnetIds": [subnet]}})

    config = cluster["vpcConfig"]
    assert isinstance(config, dict)
    assert config["vpcId"] == "vpc-mine"
    assert re.fullmatch(r"sg-[0-9a-f]{17}", str(config["clusterSecurityGroupId"]))
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.us-east-1\.eks\.amazonaws\.com", str(cluster["endpoint"]))
    assert cluster["accessConfig"] == {
        "authenticationMode": "CONFIG_MAP",
        "bootstrapClusterCreatorAdminPermissions": True,
    }


def test_validation_records_go_by_name_and_not_by_wildcard(ask: Ask) -> None:
    _, _, certificate = ask(
        "aws:acm/certificate:Certificate",
        "c",
        {"domainName": "example.org", "subjectAlternativeNames": ["*.example.org", "b.example.org"]},
    )

    options = certificate["domainValidationOptions"]
    assert isinstance(options, list)
    apex, wildcard, other = (option for option in options if isinstance(option, dict))
    assert apex["resourceRecordName"] == wildcard["resourceRecordName"]
    assert apex["resourceRecordValue"] == wildcard["resourceRecordValue"]
    assert other["resourceRecordName"] != apex["resourceRecordName"]


def test_a_type_without_a_maker_gets_an_arn_where_it_has_one(ask: Ask) -> None:
    _, _, outputs = ask("aws:xray/group:Group", "g", {"filterExpression": "x", "groupName": "n"})

    assert str(outputs["arn"]).startswith("arn:aws:xray:us-east-1:111122223333:group/")


def test_two_accounts_have_two_of_everything() -> None:
    found = set()
    for account in ("1" * 12, "2" * 12):
        cloud = Cloud({})
        provider = Goal("pulumi:providers:aws", "p", custom=True, inputs={"allowedAccountIds": f'["{account}"]'})
        id_, _ = cloud.create(provider, "urn:p", provider.inputs)
        goal = Goal("aws:ec2/vpc:Vpc", "v", custom=True, inputs={}, provider=f"urn:p::{id_}")
        found.add(cloud.create(goal, "urn:v", cloud.check(goal, "urn:v"))[0])

    assert len(found) == 2


def test_a_secret_input_is_judged_and_stays_secret(ask: Ask) -> None:
    inputs: Properties = {"secretId": "arn", "secretString": Secret("hidden")}

    _, checked, outputs = ask("aws:secretsmanager/secretVersion:SecretVersion", "v", inputs)

    assert checked["secretString"] == outputs["secretString"] == Secret("hidden")
    with pytest.raises(Refused) as refused:
        ask(
            "aws:secretsmanager/secretVersion:SecretVersion",
            "w",
            {"secretId": "arn", "secretString": Secret(["hidden"])},
        )
    assert "hidden" not in str(refused.value)


def test_fifo_names_keep_within_the_limit() -> None:
    inputs: Properties = {"fifoQueue": True}

    fill_in("aws:sqs/queue:Queue", "q" * 67, "urn", inputs, {"name", "fifoQueue"})
    assert len(str(inputs["name"])) == 80
    with pytest.raises(Refused, match="make 81 characters"):
        fill_in("aws:sqs/queue:Queue", "q" * 68, "urn", {"fifoQueue": True}, {"name", "fifoQueue"})
