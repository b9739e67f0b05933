from __future__ import annotations

import importlib
import json
import re

import pytest

from sandbox.cloud import ProviderConfig, Refused
from sandbox.cloud.invokes import invoke
from sandbox.model import Properties

PROVIDER = ProviderConfig("111122223333", "us-west-2")


def document(**args: object) -> dict[str, object]:
    found = invoke("aws:iam/getPolicyDocument:getPolicyDocument", args, PROVIDER)  # type: ignore[arg-type]
    rendered: dict[str, object] = json.loads(str(found["json"]))
    assert json.loads(str(found["minifiedJson"])) == rendered
    return rendered


def test_zones_are_those_of_the_region() -> None:
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"

    here = invoke(token, {"state": "available"}, PROVIDER)
    there = invoke(token, {"region": "us-east-1", "excludeNames": ["us-east-1e"]}, PROVIDER)

    assert here["names"] == ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"]
    assert here["zoneIds"] == ["usw2-az1", "usw2-az2", "usw2-az4", "usw2-az6"]
    assert there["names"] == ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1f"]


@pytest.mark.parametrize(
    ("token", "args", "expected"),
    [
        ("aws:index/getCallerIdentity:getCallerIdentity", {}, {"accountId": "111122223333"}),
        ("aws:index/getPartition:getPartition", {}, {"partition": "aws", "dnsSuffix": "amazonaws.com"}),
        ("aws:index/getRegion:getRegion", {}, {"region": "us-west-2", "description": "US West (Oregon)"}),
        ("aws:index/getRegion:getRegion", {"name": "us-east-1"}, {"region": "us-east-1"}),
        (
            "aws:ec2/getManagedPrefixList:getManagedPrefixList",
            {"name": "com.amazonaws.us-west-2.s3"},
            {"id": "pl-68a54001", "ownerId": "AWS"},
        ),
        ("aws:ssm/getParameter:getParameter", {"name": "/mine"}, {"value": "sandbox:/mine", "type": "String"}),
    ],
)
def test_answers(token: str, args: Properties, expected: Properties) -> None:
    found = invoke(token, args, PROVIDER)

    assert {key: found[key] for key in expected} == expected


def test_another_stacks_network_is_found_by_its_name() -> None:
    tags: Properties = {"Name": "toolboxai-production-runner"}
    vpc = invoke("aws:ec2/getVpc:getVpc", {"cidrBlock": "10.255.0.0/24", "tags": tags}, PROVIDER)
    table = invoke("aws:ec2/getRouteTable:getRouteTable", {"vpcId": vpc["id"], "tags": tags}, PROVIDER)

    assert re.fullmatch(r"vpc-[0-9a-f]{17}", str(vpc["id"]))
    assert vpc["arn"] == f"arn:aws:ec2:us-west-2:111122223333:vpc/{vpc['id']}"
    assert re.fullmatch(r"rtb-[0-9a-f]{17}", str(table["routeTableId"]))
    assert table["id"] == table["routeTableId"]
    for token, answer in (("get_vpc.GetVpcResult", vpc), ("get_route_table.GetRouteTableResult", table)):
        module, _, name = token.partition(".")
        result = getattr(importlib.import_module(f"pulumi_aws.ec2.{module}"), name)
        asked_for = {"default", "dhcp_options_id", "filters", "state"}
        assert {key for key in vars(result) if not key.startswith("_")} - asked_for <= {snake(key) for key in answer}


def snake(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def test_an_image_parameter_answers_with_an_image() -> None:
    args: Properties = {
        "name": "/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard/recommended/image_id"
    }

    assert str(invoke("aws:ssm/getParameter:getParameter", args, PROVIDER)["value"]).startswith("ami-")


def test_a_policy_document_is_rendered() -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject", "s3:ListBucket"],
        "resources": ["arn:aws:s3:::b"],
        "principals": [{"type": "Service", "identifiers": ["logs.amazonaws.com"]}],
        "conditions": [
            {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]},
            {"test": "StringEquals", "variable": "aws:SourceArn", "values": ["a", "b"]},
        ],
    }

    assert document(statements=[statement]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"Service": "logs.amazonaws.com"},
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": "arn:aws:s3:::b",
                "Condition": {"StringEquals": {"aws:SourceAccount": "1", "aws:SourceArn": ["a", "b"]}},
            }
        ],
    }


def test_everybody_is_a_star() -> None:
    everybody = [{"type": "*", "identifiers": ["*"]}]

    assert document(statements=[{"effect": "Deny", "principals": everybody, "notActions": ["a:B"]}])["Statement"] == [
        {"Effect": "Deny", "Principal": "*", "NotAction": "a:B"}
    ]


def test_documents_are_laid_over_each_other() -> None:
    def source(sid: str, action: str) -> str:
        return json.dumps({"Statement": [{"Sid": sid, "Effect": "Allow", "Action": action}]})

    found = document(
        policyId="p",
        statements=[{"sid": "b", "actions": ["own:B"]}],
        sourcePolicyDocuments=[source("a", "source:A")],
        overridePolicyDocuments=[source("b", "override:B")],
    )

    assert found["Id"] == "p"
    assert found["Statement"] == [
        {"Sid": "b", "Effect": "Allow", "Action": "override:B"},
        {"Sid": "a", "Effect": "Allow", "Action": "source:A"},
    ]


@pytest.mark.parametrize(
    ("token", "args", "message"),
    [
        ("aws:ec2/getAmi:getAmi", {}, "doesn't answer aws:ec2/getAmi:getAmi; it answers .*getRegion"),
        ("aws:ec2/getManagedPrefixList:getManagedPrefixList", {"id": "pl-1"}, "by name only"),
        ("aws:ssm/getParameter:getParameter", {}, "name: a string is wanted"),
        ("aws:eks/getAddonVersion:getAddonVersion", {"addonName": "coredns"}, "newest version of coredns .* pin"),
        ("aws:ec2/getVpc:getVpc", {"cidrBlock": "10.255.0.0/24"}, "by its tag Name only"),
        ("aws:ec2/getVpc:getVpc", {"tags": {"Name": "runner"}}, "cidrBlock"),
        ("aws:ec2/getRouteTable:getRouteTable", {"tags": {"Name": "runner"}}, "vpcId"),
    ],
)
def test_what_is_not_known_is_refused(token: str, args: Properties, message: str) -> None:
    with pytest.raises(Refused, match=message):
        invoke(token, args, PROVIDER)
