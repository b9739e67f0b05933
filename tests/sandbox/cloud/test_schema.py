from __future__ import annotations

import pytest

from sandbox.cloud import shapes
from sandbox.cloud.aws.makers import MAKERS
from sandbox.cloud.aws.names import AUTO_NAMES
from sandbox.cloud.making import Making
from sandbox.cloud.replacement import AWS
from sandbox.cloud.schema import Schema, schema
from sandbox.model import Properties, Value


def known(type_: str) -> Schema:
    found = schema(type_, "")
    assert found is not None, type_
    return found


@pytest.mark.parametrize("type_", sorted(MAKERS))
def test_a_maker_answers_only_what_the_type_has(type_: str) -> None:
    inputs: Properties = {
        "vpcEndpointType": "Interface",
        "serviceName": "com.amazonaws.us-east-1.ecr.api",
        "subnetIds": ["subnet-1"],
        "streamEnabled": True,
        "manageMasterUserPassword": True,
        "assignGeneratedIpv6CidrBlock": True,
        "ipv6CidrBlock": "2600::/64",
        "engine": "aurora-postgresql",
        "engineVersion": "17.4",
        "domainName": "example.org",
    }

    id_, outputs = MAKERS[type_](Making(type_, "name", "urn", inputs, "111122223333", "us-east-1", {}))

    assert isinstance(id_, str)
    assert set(outputs) <= known(type_).outputs


@pytest.mark.parametrize("type_", sorted(type_ for type_, rule in AUTO_NAMES.items() if rule is not None))
def test_what_is_made_up_is_an_input_of_the_type(type_: str) -> None:
    rule = AUTO_NAMES[type_]

    assert rule is not None
    assert rule.key in known(type_).inputs.fields


@pytest.mark.parametrize("type_", sorted(AWS))
def test_what_replaces_is_an_input_of_the_type(type_: str) -> None:
    assert AWS[type_] <= known(type_).inputs.fields.keys()


def test_required_inputs_are_those_of_the_constructor() -> None:
    assert list(known("aws:ec2/subnet:Subnet").inputs.problems({}, "")) == [
        "vpcId: missing, and required by aws:ec2/subnet:Subnet: a string is wanted"
    ]
    # a nested type has taken the name of this resource's arguments
    assert not known("aws:dynamodb/tableReplica:TableReplica").inputs.fits({})


def test_nested_objects_are_checked() -> None:
    shape = known("aws:eks/nodeGroup:NodeGroup").inputs
    good: Properties = {
        "clusterName": "c",
        "nodeRoleArn": "arn",
        "subnetIds": ["subnet-1"],
        "scalingConfig": {"desiredSize": 1, "maxSize": 2, "minSize": 0},
        "taints": [{"effect": "NO_SCHEDULE", "key": "a"}],
    }

    assert shape.fits(good)
    assert list(shape.problems({**good, "scalingConfig": {"desiredSize": "1", "maxSize": 2}}, "")) == [
        "scalingConfig.desiredSize: a whole number is wanted, found '1'",
        "scalingConfig.minSize: missing, and required by NodeGroupScalingConfig: a whole number is wanted",
    ]
    unknown, missing = shape.problems({**good, "taints": [{"effect": "NO_SCHEDULE", "keys": "a"}]}, "")
    assert unknown.startswith(
        "taints[0].keys: unknown property; did you mean key? NodeGroupTaint takes effect, key, value"
    )
    assert missing == "taints[0].key: missing, and required by NodeGroupTaint: a string is wanted"


def test_a_type_that_holds_itself_can_be_checked() -> None:
    shape = known("aws:wafv2/webAcl:WebAcl").inputs
    rate: dict[str, Value] = {"limit": 2000, "aggregateKeyType": "IP"}
    limit: Value = {"rateBasedStatement": rate}
    visibility: Value = {"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True}
    acl: Properties = {
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "visibilityConfig": visibility,
        "rules": [
            {
                "name": "r",
                "priority": 1,
                "action": {"block": {}},
                "statement": {"andStatement": {"statements": [limit, {"notStatement": {"statement": limit}}]}},
                "visibilityConfig": visibility,
            }
        ],
    }

    assert shape.fits(acl)
    rate["limit"] = "2000"
    assert {problem.split(":")[0] for problem in shape.problems(acl, "")} == {
        "rules[0].statement.andStatement.statements[0].rateBasedStatement.limit",
        "rules[0].statement.andStatement.statements[1].notStatement.statement.rateBasedStatement.limit",
    }


def test_closed_enumerations_are_closed_and_open_ones_open() -> None:
    closed = known("eks:index:Cluster").inputs
    opened = known("aws:s3/bucket:Bucket").inputs

    assert closed.fits({"authenticationMode": "API"})
    assert list(closed.problems({"authenticationMode": "api"}, "")) == [
        "authenticationMode: one of CONFIG_MAP, API, API_AND_CONFIG_MAP is wanted, found 'api'"
    ]
    assert opened.fits({"acl": "anything"})
    assert not opened.fits({"acl": 1})


def test_unions_that_the_sdks_table_has_lost_are_kept() -> None:
    shape = known("eks:index:Cluster").inputs

    assert shape.fits({"storageClasses": "gp2"})
    assert shape.fits({"storageClasses": {"fast": {"type": "io1"}}})
    assert not shape.fits({"storageClasses": {"fast": {"typ": "io1"}}})


def test_a_policy_may_be_a_document_where_the_sdk_says_so() -> None:
    shape = known("aws:iam/policy:Policy").inputs

    assert shape.fits({"policy": "{}"})
    assert shape.fits({"policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*"]}]}})
    assert not shape.fits({"policy": 1})


def test_references_are_told_from_values() -> None:
    shape = known("eks:index:Cluster").inputs
    reference: Properties = {shapes.SIGNATURE: shapes.REFERENCE, "urn": "urn", "id": "id"}

    assert shape.fits({"serviceRole": reference})
    assert list(shape.problems({"serviceRole": "arn"}, "")) == ["serviceRole: a Role resource is wanted, found 'arn'"]


def test_a_type_that_no_sdk_has_is_not_known() -> None:
    assert schema("aws:ec2/nothing:Nothing", "") is None
    assert schema("nobody:index:Thing", "") is None
    assert schema("no-colons", "") is None
