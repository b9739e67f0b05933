"""The way of the runner to a private API endpoint, and that everything in the cluster waits for it."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

import pytest

from sandbox.model import Resource, Run
from tests.stacks.graph import of_type, plain, reaches

RUNNERS = {"production": "10.255.0.0/24", "production-dr": "10.255.1.0/24"}
"""The runner's network of each stack whose API is private."""


def peering(run: Run) -> Resource:
    (connection,) = of_type(run, "aws:ec2:VpcPeeringConnection")
    return connection


def routes(run: Run) -> list[Resource]:
    return [r for r in of_type(run, "aws:ec2:Route") if r.inputs.get("vpcPeeringConnectionId")]


def admission(run: Run, cidr: str) -> Resource:
    (rule,) = [r for r in of_type(run, "aws:vpc:SecurityGroupIngressRule") if r.inputs.get("cidrIpv4") == cidr]
    return rule


@pytest.mark.parametrize("stack", ["dev", "staging"])
def test_a_public_endpoint_needs_no_peering(stack: str, run_of: Callable[[str], Run]) -> None:
    assert of_type(run_of(stack), "aws:ec2:VpcPeeringConnection") == []


@pytest.mark.parametrize("stack", RUNNERS)
def test_the_connection_is_accepted_and_resolves_no_names(stack: str, run_of: Callable[[str], Run]) -> None:
    run = run_of(stack)
    (vpc,) = of_type(run, "aws:ec2:Vpc")
    inputs = plain(peering(run).inputs)
    assert inputs["autoAccept"] is True
    assert "peerRegion" not in inputs
    assert inputs["vpcId"] == vpc.id
    assert inputs["peerVpcId"] != vpc.id
    assert inputs["requester"] == inputs["accepter"] == {"allowRemoteVpcDnsResolution": False}


@pytest.mark.parametrize("stack", RUNNERS)
def test_routes_lead_there_and_back_once(stack: str, run_of: Callable[[str], Run]) -> None:
    run, cidr = run_of(stack), RUNNERS[stack]
    (vpc,) = of_type(run, "aws:ec2:Vpc")
    (cluster,) = of_type(run, "aws:eks:Cluster")
    interfaces = set(plain(cluster.inputs)["vpcConfig"]["subnetIds"])
    tables = {
        str(a.inputs["routeTableId"])
        for a in of_type(run, "aws:ec2:RouteTableAssociation")
        if a.inputs["subnetId"] in interfaces
    }
    found = [(str(r.inputs["routeTableId"]), r.inputs["destinationCidrBlock"]) for r in routes(run)]
    there = [table for table, destination in found if destination == cidr]
    assert sorted(there) == sorted(tables)
    (back,) = [table for table, destination in found if destination == vpc.inputs["cidrBlock"]]
    # the account's table, not one of the stack's
    assert back not in {t.id for t in of_type(run, "aws:ec2:RouteTable")}
    assert {r.inputs["vpcPeeringConnectionId"] for r in routes(run)} == {peering(run).id}
    assert not any(t.inputs.get("routes") for t in of_type(run, "aws:ec2:RouteTable"))


@pytest.mark.parametrize("stack", RUNNERS)
def test_the_route_in_the_accounts_table_is_never_changed_in_place(stack: str, run_of: Callable[[str], Run]) -> None:
    """The deploy role may create and delete routes there, not replace them (account/deploy/identity.py)."""
    run = run_of(stack)
    own = {t.id for t in of_type(run, "aws:ec2:RouteTable")}
    (back,) = [r for r in routes(run) if r.inputs["routeTableId"] not in own]
    assert back.replace_on_changes == ["vpcPeeringConnectionId"]


@pytest.mark.parametrize("stack", RUNNERS)
def test_the_api_admits_the_runner_on_https_alone(stack: str, run_of: Callable[[str], Run]) -> None:
    run = run_of(stack)
    (cluster,) = of_type(run, "aws:eks:Cluster")
    rule = plain(admission(run, RUNNERS[stack]).inputs)
    assert rule["securityGroupId"] == plain(cluster.outputs)["vpcConfig"]["clusterSecurityGroupId"]
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)


@pytest.mark.parametrize("stack", RUNNERS)
def test_the_private_tiers_acl_lets_the_question_in_and_the_answer_out(
    stack: str, run_of: Callable[[str], Run]
) -> None:
    run = run_of(stack)
    runner = ip_network(RUNNERS[stack])
    acls = {r.name: plain(r.inputs) for r in of_type(run, "aws:ec2:NetworkAcl")}
    for name, acl in acls.items():
        ingress = [e for e in acl["ingress"] if e["cidrBlock"] == str(runner)]
        assert [(e["protocol"], e["fromPort"], e["toPort"]) for e in ingress] == (
            [("tcp", 443, 443)] if name == "private" else []
        )
    assert any(e["protocol"] == "-1" and e["cidrBlock"] == "0.0.0.0/0" for e in acls["private"]["egress"])


@pytest.mark.parametrize("stack", RUNNERS)
def test_every_object_in_the_cluster_waits_for_the_whole_way(stack: str, run_of: Callable[[str], Run]) -> None:
    """So the first can be made, and the last is taken away while there is still a way to it."""
    run = run_of(stack)
    (acl,) = [r for r in of_type(run, "aws:ec2:NetworkAcl") if r.name == "private"]
    way = {acl.urn, peering(run).urn, admission(run, RUNNERS[stack]).urn, *(r.urn for r in routes(run))}
    objects = [r for r in run.resources if r.type.startswith("kubernetes:")]
    assert len(objects) > 100
    assert {r.urn: way - found for r in objects if way - (found := reaches(run, r))} == {}
