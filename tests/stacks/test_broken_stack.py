"""A deliberately broken stack: the whole program, and resources that nobody should declare, against the real packs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.stacks.conftest import bring_up, copy_program

BROKEN = """
import pulumi_aws as bad

own = pulumi.ResourceOptions(provider=context.provider)
bad.ebs.Volume("clear-disk", availability_zone="us-east-1a", size=10, encrypted=False, opts=own)
bad.ec2.SecurityGroup(
    "open-door",
    vpc_id=networking.vpc_id,
    ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
    opts=own,
)
bad.s3.Bucket("bare-bucket", bucket="bare-bucket", opts=own)
bad.cloudwatch.LogGroup("endless-log", opts=own)
bad.iam.Policy(
    "all-powerful",
    policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    opts=own,
)
bad.sqs.Queue("far-away", region="eu-west-1", sqs_managed_sse_enabled=True, opts=own)
pulumi.CustomResource(
    "kubernetes:apps/v1:Deployment",
    "root-pod",
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "root-pod", "namespace": "mcp"},
        "spec": {
            "selector": {"matchLabels": {"app": "root-pod"}},
            "template": {
                "metadata": {"labels": {"app": "root-pod"}},
                "spec": {
                    "containers": [{"name": "main", "image": "nginx:latest", "securityContext": {"runAsUser": 0}}],
                },
            },
        },
    },
    pulumi.ResourceOptions(provider=cluster.kubernetes),
)
"""

# the rule that must stop each, by its resource
STOPPED = {
    "clear-disk": "disk-encryption",
    "open-door": "open-ingress",
    "bare-bucket": "bucket-safeguards",
    "endless-log": "finite-retention",
    "all-powerful": "iam-wildcards",
    "far-away": "residency",
    "root-pod": "pod-security-restricted",
}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The broken program in a directory of its own, and what bringing it up said."""
    root = copy_program(tmp_path_factory.mktemp("broken"))
    with (root / "__main__.py").open("a") as program:
        program.write(BROKEN)
    return root, bring_up(root, "--json")


def violations(said: str) -> dict[tuple[str, str], str]:
    """Messages of mandatory violations by resource and rule."""
    found = json.loads(said)["policies"]["violations"]
    return {(v["urn"].rpartition("::")[2], v["rule"]): v["message"] for v in found if v["level"] == "mandatory"}


def test_the_packs_stop_it_with_exit_code_1(stopped: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, result = stopped
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert not (root / ".sandbox" / "dev" / "stack.json").exists()


@pytest.mark.parametrize(("resource", "rule"), STOPPED.items())
def test_each_is_named_with_its_rule_and_what_to_write(
    resource: str, rule: str, stopped: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    _, result = stopped
    _, advice = violations(result.stdout)[resource, rule].split(": write ", 1)
    assert advice
    assert resource in result.stderr


def test_nothing_else_of_the_program_is_accused(stopped: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, result = stopped
    assert {resource for resource, _ in violations(result.stdout)} == set(STOPPED)
