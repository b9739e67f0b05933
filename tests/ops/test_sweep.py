"""What a destroy leaves behind is found by its makers' marks, and deleted in an order that AWS takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from typer.testing import CliRunner

from ops import sweep
from ops.estate import Estate
from ops.leftovers import FINDERS, find

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
CLUSTER = "toolboxai-dev-main"
ACCOUNT = "111122223333"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invented AWS, in which the invented credentials are of the stack files' account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "invented")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def client() -> Callable[[str], Any]:
    return sweep.connect(REGION)


def tags(**more: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in more.items()]


class World:
    """An account after a destroy: of each kind one thing that is the stack's, and one that isn't."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.ec2, self.elb = client("ec2"), client("elbv2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        self.ec2.create_tags(Resources=[self.vpc], Tags=tags(Project="toolboxai", Environment="dev"))
        self.subnets = [
            self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.1.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")[
                "Subnet"
            ]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        self.mine = {"instance": self.instance(CLUSTER), "security group": self.group(CLUSTER)}
        self.others = {"instance": self.instance("other"), "security group": self.group("other")}
        for cluster, into in ((CLUSTER, self.mine), ("other", self.others)):
            into["load balancer"], into["target group"] = self.balanced(cluster)
            into["launch template"] = self.template(cluster)
            into["volume"] = self.volume("dev" if cluster == CLUSTER else "staging")
            into["log group"] = f"/aws/eks/{cluster}/cluster"
            client("logs").create_log_group(logGroupName=into["log group"])
        self.mine["network interface"] = self.interface("aws-K8S-i-0123456789abcdef0")
        self.others["network interface"] = self.interface("a database's")
        self.zone = self.records()

    def instance(self, cluster: str) -> str:
        marks = {f"kubernetes.io/cluster/{cluster}": "owned", "karpenter.sh/nodepool": "spot"}
        made = self.ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnets[0],
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags(**marks)}],
        )
        return str(made["Instances"][0]["InstanceId"])

    def group(self, cluster: str) -> str:
        made = self.ec2.create_security_group(GroupName=f"k8s-{cluster}", Description="made", VpcId=self.vpc)
        self.ec2.create_tags(Resources=[made["GroupId"]], Tags=tags(**{"elbv2.k8s.aws/cluster": cluster}))
        return str(made["GroupId"])

    def balanced(self, cluster: str) -> tuple[str, str]:
        mark = tags(**{"elbv2.k8s.aws/cluster": cluster})
        balancer = self.elb.create_load_balancer(Name=f"k8s-{cluster}", Subnets=self.subnets, Tags=mark)
        target = self.elb.create_target_group(
            Name=f"k8s-{cluster}", Protocol="HTTP", Port=8080, VpcId=self.vpc, TargetType="ip", Tags=mark
        )
        arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        group = target["TargetGroups"][0]["TargetGroupArn"]
        self.elb.create_listener(
            LoadBalancerArn=arn,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return str(arn), str(group)

    def template(self, cluster: str) -> str:
        made = self.ec2.create_launch_template(
            LaunchTemplateName=f"karpenter-{cluster}",
            LaunchTemplateData={"InstanceType": "m6i.large"},
            TagSpecifications=[
                {"ResourceType": "launch-template", "Tags": tags(**{"karpenter.k8s.aws/cluster": cluster})}
            ],
        )
        return str(made["LaunchTemplate"]["LaunchTemplateId"])

    def volume(self, env: str) -> str:
        marks = {"Project": "toolboxai", "Environment": env, "kubernetes.io/created-for/pvc/name": "loki-0"}
        made = self.ec2.create_volume(
            AvailabilityZone="us-east-1a",
            Size=10,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags(**marks)}],
        )
        return str(made["VolumeId"])

    def interface(self, description: str) -> str:
        made = self.ec2.create_network_interface(SubnetId=self.subnets[0], Description=description)
        return str(made["NetworkInterface"]["NetworkInterfaceId"])

    def records(self) -> str:
        dns = self.client("route53")
        zone = dns.create_hosted_zone(Name="dev.toolboxai.example.com.", CallerReference="1")["HostedZone"]["Id"]
        for name, owner in (("us-east-1.origin", CLUSTER), ("mail", "other")):
            full = f"{name}.dev.toolboxai.example.com."
            mark = f'"heritage=external-dns,external-dns/owner={owner},external-dns/resource=gateway/x"'
            for type_, record, value in (("A", full, "203.0.113.1"), ("TXT", f"a-{full}", mark)):
                change = {"Name": record, "Type": type_, "TTL": 60, "ResourceRecords": [{"Value": value}]}
                dns.change_resource_record_sets(
                    HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": change}]}
                )
        return str(zone)

    def names(self) -> set[str]:
        found = self.client("route53").list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        return {it["Name"] for it in found if it["Type"] in {"A", "TXT"}}


def run(*arguments: str) -> Any:  # noqa: ANN401 - typer's own result
    return CliRunner().invoke(sweep.app, [*arguments, "--root", str(ROOT)])


def test_everything_that_is_the_stacks_is_found_and_nothing_else(client: Callable[[str], Any]) -> None:
    world = World(client)
    found = find(Estate.of("dev", ROOT), client)
    mine = {it.kind: it.id for it in found if it.kind != "DNS record"}
    assert mine == world.mine
    assert len(found) == len(world.mine) + 2
    assert [it.id for it in found if it.kind == "DNS record"] == [
        "A us-east-1.origin.dev.toolboxai.example.com.",
        "TXT a-us-east-1.origin.dev.toolboxai.example.com.",
    ]
    order = list(FINDERS)
    assert [order.index(it.kind) for it in found] == sorted(order.index(it.kind) for it in found)


def test_without_delete_nothing_changes(client: Callable[[str], Any]) -> None:
    world = World(client)
    before = find(Estate.of("dev", ROOT), client)
    said = run("dev")
    assert said.exit_code == 1
    assert f"{len(before)} left of dev; --delete deletes them in this order" in said.output
    assert all(id_ in said.output for id_ in world.mine.values())
    assert not any(id_ in said.output for id_ in world.others.values())
    assert find(Estate.of("dev", ROOT), client) == before


def test_delete_takes_all_of_it_and_no_more(client: Callable[[str], Any]) -> None:
    world = World(client)
    said = run("dev", "--delete")
    assert said.exit_code == 0, said.output
    assert "10 deleted, 0 refused by AWS" in said.output
    assert find(Estate.of("dev", ROOT), client) == []
    assert run("dev").output == f"nothing is left of dev in {REGION}\n"
    assert world.names() == {"mail.dev.toolboxai.example.com.", "a-mail.dev.toolboxai.example.com."}
    ec2 = client("ec2")
    states = {
        it["InstanceId"]: it["State"]["Name"]
        for found in ec2.describe_instances()["Reservations"]
        for it in found["Instances"]
    }
    assert states == {world.mine["instance"]: "terminated", world.others["instance"]: "running"}
    assert [it["VolumeId"] for it in ec2.describe_volumes()["Volumes"] if it["State"] == "available"] == [
        world.others["volume"]
    ]
    assert [it["LoadBalancerArn"] for it in client("elbv2").describe_load_balancers()["LoadBalancers"]] == [
        world.others["load balancer"]
    ]
    assert world.others["network interface"] in {
        it["NetworkInterfaceId"] for it in ec2.describe_network_interfaces()["NetworkInterfaces"]
    }
    assert [it["logGroupName"] for it in client("logs").describe_log_groups()["logGroups"]] == [
        world.others["log group"]
    ]


def test_a_stack_that_stands_is_left_alone(client: Callable[[str], Any]) -> None:
    World(client)
    before = find(Estate.of("dev", ROOT), client)
    client("eks").create_cluster(
        name=CLUSTER, roleArn=f"arn:aws:iam::{ACCOUNT}:role/x", resourcesVpcConfig={"subnetIds": []}
    )
    said = run("dev", "--delete")
    assert said.exit_code == 2
    assert f"{CLUSTER} still stands" in said.output
    assert find(Estate.of("dev", ROOT), client) == before


def test_production_is_asked_for_twice(client: Callable[[str], Any]) -> None:
    group = "/aws/eks/toolboxai-production-main/cluster"
    client("logs").create_log_group(logGroupName=group)
    for arguments in (("production", "--delete"), ("production", "--delete", "--production", "dev")):
        said = run(*arguments)
        assert said.exit_code == 2
        assert "give --production production" in said.output
    assert run("production", "--delete", "--production", "production").exit_code == 0
    assert client("logs").describe_log_groups()["logGroups"] == []


def test_another_accounts_credentials_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.sts.models.STSBackend.get_caller_identity", lambda *_, **__: ("x", "x", "999999999999"))
    said = run("dev")
    assert said.exit_code == 2
    assert said.output == f"the credentials are of account 999999999999; dev is of {ACCOUNT}\n"


def test_a_stack_without_a_file_is_told() -> None:
    said = run("nosuch")
    assert said.exit_code == 2
    assert "there is no Pulumi.nosuch.yaml; stack files here: Pulumi.dev.yaml, " in said.output


def test_who_has_no_credentials_is_told_how_to_get_them(tmp_path: Path) -> None:
    nothing = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true"}
    command = [sys.executable, "-m", "ops.sweep", "dev"]
    said = subprocess.run(command, cwd=ROOT, env=nothing, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert said.stderr == (
        "AWS can't be asked: Unable to locate credentials\n"
        "log in, or set AWS_PROFILE; `aws sts get-caller-identity` must answer\n"
    )


def test_what_aws_refuses_is_told_and_the_rest_goes(client: Callable[[str], Any]) -> None:
    world = World(client)
    # a target group that another's listener names can't go
    client("elbv2").create_listener(
        LoadBalancerArn=world.others["load balancer"],
        Protocol="HTTP",
        Port=81,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": world.mine["target group"]}],
    )
    said = run("dev", "--delete")
    assert said.exit_code == 1
    assert f"refused  target group {world.mine['target group']}" in said.output
    assert "9 deleted, 1 refused by AWS" in said.output
    assert [it.id for it in find(Estate.of("dev", ROOT), client)] == [world.mine["target group"]]


def test_looking_for_help_needs_no_sdk_of_aws() -> None:
    """The SDK is imported by a run, not by the module: its second is for those who use it."""
    code = "import sys, ops.sweep; sys.exit('botocore' in sys.modules or 'boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
