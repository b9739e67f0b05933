"""Who reaches the stores: read from every NetworkPolicy of a stack, operators' included, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, ip_network
from typing import Any

import pytest
import yaml

from sandbox.model import Run
from tests.network_policy import Address, Pod, allowed
from tests.stacks.conftest import ROOT
from tests.stacks.graph import manifests, of_type, plain

POSTGRES, REDIS = 5432, 6379
STACKS = ("dev", "staging", "production")
DATABASE = {("database", "pgbouncer"), ("database", "database-bootstrap")}
CACHE_CALLERS = {
    *(("mcp-agents", name) for name in ("coordinator", "supervisor", "content", "quiz", "terrain", "script", "review")),
    ("monitoring", "redis-exporter-queue"),
}


def database_networks(run: Run) -> list[IPv4Network]:
    found = [
        IPv4Network(str(plain(r.inputs)["cidrBlock"]))
        for r in of_type(run, "aws:ec2:Subnet")
        if "database" in str(plain(r.inputs)["tags"]["Name"])
    ]
    assert len(found) >= 2
    return found


def policies(run: Run) -> list[dict[str, Any]]:
    return [m for m in manifests(run) if m["kind"] == "NetworkPolicy"]


def who_reaches(run: Run, port: int) -> set[tuple[str, str]]:
    """Namespace and name of every policy that opens ``port`` of an address in the database's subnets."""
    targets = database_networks(run)
    found = set()
    for policy in policies(run):
        for rule in policy["spec"].get("egress") or ():
            ports = rule.get("ports")
            peers = rule.get("to")
            if ports and port not in {p["port"] for p in ports if p.get("protocol", "TCP") == "TCP"}:
                continue
            blocks = [ip_network(peer["ipBlock"]["cidr"]) for peer in peers or () if "ipBlock" in peer]
            if not peers or any(block.overlaps(target) for block in blocks for target in targets):
                found.add((policy["metadata"]["namespace"], policy["metadata"]["name"]))
    return found


def applications(run: Run) -> dict[str, Any]:
    """The applications as the stack file has them."""
    config = yaml.safe_load((ROOT / f"Pulumi.{run.stack}.yaml").read_text(encoding="utf-8"))["config"]
    found: dict[str, Any] = config.get("platform:applications", {}).get("applications", {})
    return found


def migrations(run: Run) -> set[tuple[str, str]]:
    """The Jobs that change a schema: one for each application that says so, whatever else its name holds."""
    home = f"toolboxai-{run.stack}"
    names = [name for name, row in applications(run).items() if row.get("migration")]
    return {
        (home, m["metadata"]["name"])
        for m in manifests(run)
        if m["kind"] == "Job"
        and m["metadata"]["namespace"] == home
        and m["metadata"]["name"].startswith(tuple(f"{name}-migrat" for name in names))
    }


@pytest.mark.parametrize(
    ("stack", "exporters"),
    [
        ("dev", set()),  # Aurora could never pause
        ("staging", {("monitoring", "postgres-exporter")}),
        ("production", {("monitoring", "postgres-exporter")}),
    ],
)
def test_the_database_is_reached_by_the_pooler_the_exporter_and_jobs_only(
    stack: str, exporters: set[tuple[str, str]], run_of: Callable[[str], Run]
) -> None:
    run = run_of(stack)
    assert who_reaches(run, POSTGRES) == DATABASE | exporters | migrations(run)


def test_the_cache_is_reached_by_its_named_callers_keda_and_exporters_only(run: Run) -> None:
    home = f"toolboxai-{run.stack.removesuffix('-dr')}"
    waiting = {name for name, row in applications(run).items() if "database" in row and run.stack == "production-dr"}
    queues = {(home, name) for name, row in applications(run).items() if row.get("caches")} - {
        (home, name) for name in waiting
    }
    second = {("monitoring", "redis-exporter-fast")} if run.stack.startswith("production") else set()
    keda = {("toolboxai-system", "keda-operator")}
    assert who_reaches(run, REDIS) == CACHE_CALLERS | queues | second | keda


def test_every_pod_that_may_sign_in_to_a_cache_has_a_login_of_its_own_namespace(run: Run) -> None:
    """A path without a login is of no use, and nobody has two namespaces' logins."""
    mounted: dict[tuple[str, str], list[str]] = {}
    for m in manifests(run):
        if m["kind"] == "ExternalSecret":
            for data in m["spec"].get("data") or ():
                key = data["remoteRef"]["key"]
                if "/cache-" in key:
                    mounted.setdefault((m["metadata"]["namespace"], m["metadata"]["name"]), []).append(key)
    assert mounted
    for (namespace, _), keys in mounted.items():
        assert {key.split("/")[2] for key in keys} == {namespace}


def test_the_pooler_lets_in_only_who_declares_it(run: Run) -> None:
    every = policies(run)
    pooler = Pod("database", {"app.kubernetes.io/name": "pgbouncer"})

    def reaches(namespace: str, name: str) -> bool:
        return allowed(every, Pod(namespace, {"app.kubernetes.io/name": name}), pooler, ("TCP", POSTGRES))

    # a standby has neither until its database is restored
    assert reaches("monitoring", "pgbouncer-exporter") is (run.stack != "production-dr")
    for namespace, name in (
        ("mcp", "context"),
        ("mcp-agents", "coordinator"),
        ("monitoring", "postgres-exporter"),
        ("database", "database-bootstrap"),
        ("default", "anything"),
    ):
        assert not reaches(namespace, name), (namespace, name)
    assert not allowed(every, Address("10.0.0.10"), pooler, ("TCP", POSTGRES))
