"""Agents as workloads: what an agent's few lines become, who may call whom, and what each may do in AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from components import agent_fleet
from components.agent_fleet import ResolvedAgent
from components.agent_fleet.workloads import grants, scaler_manifests
from components.kubernetes import Workload, most, quota_for, workload_manifests
from components.kubernetes.manifest import Json
from components.mcp_platform.tool_gateway import ports
from tests.components.agent_fleet.example import ENDPOINTS, STACKS, Pure, Raw, agents_of, pure, raw, topology
from tests.pod_security import hardening_violations, pod_of, restricted_violations

AGENTS = ("supervisor", "content", "quiz", "terrain", "script", "review")
API = {"kind": "api", "host": "api.example.com", "model": "large-1", "secret_name": "example-api"}


@pytest.fixture(scope="module")
def production() -> Pure:
    return pure(raw())


def objects_of(workload: Workload) -> dict[tuple[str, str], dict[str, Any]]:
    """A workload's objects as the API server gets them, by kind and name."""
    found = {}
    for manifest in workload_manifests(workload):
        made: dict[str, Any] = manifest.to_dict()
        found[made["kind"], made["metadata"]["name"]] = made
    return found


def agent_of(stack: Pure, name: str) -> ResolvedAgent:
    return next(agent for agent in stack.agents.resolved() if agent.name == name)


def with_agent(sections: Raw) -> Raw:
    """``sections`` with a new agent: two lines of its own, and its name in the profile of the server it uses."""
    sections["agents"]["agents"]["tutor"] = {"role": "Answers pupils' questions", "servers": ["content"]}
    sections["mcp"]["servers"]["content"]["profile"]["agents"].append("tutor")
    return sections


def test_a_new_agent_is_a_few_lines() -> None:
    before, after = pure(raw()), pure(with_agent(raw()))
    assert set(after.workloads) - set(before.workloads) == {("mcp-agents", "tutor")}
    tutor = after.workloads["mcp-agents", "tutor"]
    assert set(objects_of(tutor)) == {
        ("ServiceAccount", "tutor"),
        ("ConfigMap", "tutor-env"),
        ("ConfigMap", "tutor-files"),
        ("ExternalSecret", "tutor-cache"),
        ("Deployment", "tutor"),
        ("Service", "tutor"),
        ("ScaledObject", "tutor"),
        ("PodDisruptionBudget", "tutor"),
        ("ServiceMonitor", "tutor"),
    }
    assert grants(agent_of(after, "tutor"), after.names)
    paths = {
        (path.source, path.destination, path.port, path.kind)
        for path in set(topology(after, *ENDPOINTS).matrix()) - set(topology(before, *ENDPOINTS).matrix())
    }
    assert paths == {
        ("mcp-agents/tutor", "kube-dns", 53, "dns"),
        ("mcp-agents/tutor", "pod-identity-agent", 80, "identity"),
        ("mcp-agents/tutor", "cache", 6379, "cache"),
        ("mcp-agents/tutor", "mcp/tool-gateway", ports(after.mcp)["content"], "workload"),
        ("mcp-agents/tutor", "aws:bedrock-runtime", 443, "aws"),
        ("monitoring/prometheus", "mcp-agents/tutor", 8080, "scrape"),
    }


def test_a_new_agent_changes_nothing_of_the_others() -> None:
    before, after = pure(raw()), pure(with_agent(raw()))
    for key, workload in before.workloads.items():
        if key != ("mcp", "content"):  # its profile now names one more
            assert after.workloads[key] == workload


@pytest.mark.parametrize("stack", STACKS)
def test_pods_are_restricted_and_hardened(stack: str) -> None:
    for workload in pure(raw(stack), stack).egress.workloads:
        for manifest in workload_manifests(workload):
            made = manifest.to_dict()
            assert restricted_violations(made) == []
            assert hardening_violations(made) == []


def test_the_queue_scales_an_agent_by_keda_over_tls(production: Pure) -> None:
    made = objects_of(production.workloads["mcp-agents", "quiz"])
    scaled = made["ScaledObject", "quiz"]["spec"]
    (trigger,) = scaled["triggers"]
    assert trigger["type"] == "redis"
    assert trigger["metadata"] == {"listName": "agents:quiz", "listLength": "5", "enableTLS": "true"}
    assert (scaled["minReplicaCount"], scaled["maxReplicaCount"], scaled["cooldownPeriod"]) == (1, 10, 300)
    assert trigger["authenticationRef"] == {"name": "queue-scaler"}
    assert "replicas" not in made["Deployment", "quiz"]["spec"]
    assert ("HorizontalPodAutoscaler", "quiz") not in made


def test_the_autoscalers_sign_in_as_a_user_that_reads_lengths_only(production: Pure) -> None:
    secret, authentication = (m.to_dict() for m in scaler_manifests(production.agents, production.names))
    spec: Any = secret["spec"]
    assert {row["remoteRef"]["key"] for row in spec["data"]} == {
        "toolboxai/production/mcp-agents/cache-queue-keda-login"
    }
    refs: Any = authentication["spec"]
    assert {(row["parameter"], row["name"], row["key"]) for row in refs["secretTargetRef"]} == {
        (key, "queue-scaler", key) for key in ("address", "username", "password")
    }
    for workload in production.egress.workloads:
        assert not any("keda" in mount.remote for mount in workload.secrets)
    sections = raw()
    sections["agents"]["defaults"]["scaling"] = {"kind": "fixed", "replicas": 1}
    sections["agents"]["agents"]["supervisor"]["scaling"] = {"kind": "fixed", "replicas": 1}
    assert scaler_manifests(agents_of(sections), production.names) == []


def test_the_list_that_scales_an_agent_is_the_list_that_it_reads(production: Pure) -> None:
    for name in AGENTS:
        workload = production.workloads["mcp-agents", name]
        (trigger,) = objects_of(workload)["ScaledObject", name]["spec"]["triggers"]
        assert workload.env["QUEUE"] == trigger["metadata"]["listName"]
        assert workload.env["QUEUE"].startswith(production.workloads["mcp-agents", "coordinator"].env["QUEUE_PREFIX"])


@pytest.mark.parametrize(
    ("scaling", "kind"),
    [
        ({"kind": "fixed", "replicas": 3}, None),
        ({"kind": "resource", "min_replicas": 1, "max_replicas": 4}, "HorizontalPodAutoscaler"),
        ({"kind": "queue", "min_replicas": 0, "max_replicas": 4}, "ScaledObject"),
    ],
)
def test_an_agent_has_the_one_autoscaler_it_asks_for(scaling: dict[str, Any], kind: str | None) -> None:
    sections = raw()
    sections["agents"]["agents"]["quiz"]["scaling"] = scaling
    made = objects_of(pure(sections).workloads["mcp-agents", "quiz"])
    scalers = {found for found, _ in made} & {"HorizontalPodAutoscaler", "ScaledObject"}
    assert scalers == ({kind} if kind else set())
    assert made["Deployment", "quiz"]["spec"].get("replicas") == (3 if kind is None else None)


def test_placement_and_priority(production: Pure) -> None:
    quiz = pod_of(objects_of(production.workloads["mcp-agents", "quiz"])["Deployment", "quiz"])
    supervisor = pod_of(objects_of(production.workloads["mcp-agents", "supervisor"])["Deployment", "supervisor"])
    assert quiz is not None
    assert supervisor is not None
    assert quiz["priorityClassName"] == "agents-normal"
    assert supervisor["priorityClassName"] == "agents-high"
    assert [t["value"] for t in quiz["tolerations"]] == ["spot"]
    assert "tolerations" not in supervisor
    assert quiz["terminationGracePeriodSeconds"] < 120  # a spot instance goes two minutes after its notice


def test_agents_may_call_their_servers_listeners_and_no_other(production: Pure) -> None:
    """The gateway has a port a server: whose port an agent reaches, that server it may call."""
    matrix = topology(production, *ENDPOINTS).matrix()
    called = {
        (p.source, p.destination, p.port) for p in matrix if p.kind == "workload" and p.destination.startswith("mcp/")
    }
    sections = raw()
    listeners = ports(production.mcp)
    assert len(set(listeners.values())) == len(sections["mcp"]["servers"])
    declared = {
        (f"mcp-agents/{name}", "mcp/tool-gateway", listeners[server])
        for name, agent in sections["agents"]["agents"].items()
        for server in agent["servers"]
    }
    behind = {("mcp/tool-gateway", f"mcp/{server}", 9877) for server in sections["mcp"]["servers"]}
    assert called == declared | behind | {("mcp/assessment", "mcp/content", 9877)}


def test_without_the_gateway_agents_call_servers_themselves() -> None:
    sections = raw()
    sections["mcp"]["tool_gateway"] = None
    matrix = topology(pure(sections), *ENDPOINTS).matrix()
    called = {(p.source, p.destination) for p in matrix if p.kind == "workload" and p.destination.startswith("mcp/")}
    declared = {
        (f"mcp-agents/{name}", f"mcp/{server}")
        for name, agent in sections["agents"]["agents"].items()
        for server in agent["servers"]
    }
    assert called == declared | {("mcp/assessment", "mcp/content")}


def pods(*names: str) -> list[dict[str, Json]]:
    return [{"matchLabels": {"app.kubernetes.io/name": name}} for name in names]


def test_both_sides_of_a_path_are_open_and_agree(production: Pure) -> None:
    paths = topology(production, *ENDPOINTS)
    server: dict[str, Any] = paths.policy(production.workloads["mcp", "assessment"]).to_dict()
    agent: dict[str, Any] = paths.policy(production.workloads["mcp-agents", "quiz"]).to_dict()
    (rule,) = [r for r in server["spec"]["ingress"] if r["ports"] == [{"port": 9877, "protocol": "TCP"}]]
    inside = [peer["podSelector"] for peer in rule["from"] if "namespaceSelector" not in peer]
    assert inside == pods("tool-gateway")  # and Prometheus, from its own namespace
    listeners = ports(production.mcp)
    wanted = sorted(listeners[name] for name in ("main", "content", "assessment"))
    targets = [
        (peer["podSelector"], [entry["port"] for entry in rule["ports"]])
        for rule in agent["spec"]["egress"]
        for peer in rule["to"]
        if "podSelector" in peer
    ]
    assert targets == [(*pods("tool-gateway"), wanted)]
    gateway: dict[str, Any] = paths.policy(production.workloads["mcp", "tool-gateway"]).to_dict()
    opened = [
        [entry["port"] for entry in rule["ports"]]
        for rule in gateway["spec"]["ingress"]
        for peer in rule["from"]
        if peer["podSelector"] == pods("quiz")[0]
    ]
    assert opened == [wanted]
    assert server["spec"]["policyTypes"] == agent["spec"]["policyTypes"] == ["Ingress", "Egress"]


METADATA = "kubernetes.io/metadata.name"


def ip_blocks(policy: dict[str, Any]) -> Iterator[str]:
    for rule in policy["spec"].get("egress", ()):
        yield from (peer["ipBlock"]["cidr"] for peer in rule["to"] if "ipBlock" in peer)


def test_no_agent_or_server_has_an_address_on_the_internet_in_production(production: Pure) -> None:
    paths = topology(production, *ENDPOINTS)
    for workload in production.egress.workloads:
        blocks = set(ip_blocks(paths.policy(workload).to_dict()))
        if workload.name != "egress-proxy":
            assert blocks <= {"10.0.0.0/20", "10.0.20.0/22", "169.254.170.23/32"}, workload.name


def test_a_bedrock_agent_may_call_its_profile_and_the_model_only_through_it(production: Pure) -> None:
    granted = grants(agent_of(production, "script"), production.names)
    model = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    profile = f"arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.{model}"
    assert [(list(g.resources), dict(g.conditions)) for g in granted] == [
        ([profile], {}),
        (
            [
                f"arn:aws:bedrock:{region}::foundation-model/{model}"
                for region in ("us-east-1", "us-east-2", "us-west-2")
            ],
            {"StringEquals": {"bedrock:InferenceProfileArn": profile}},
        ),
    ]
    assert {action for g in granted for action in g.actions} == {
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
    }
    assert production.workloads["mcp-agents", "script"].identity


def test_an_agent_behind_an_api_has_a_key_and_no_identity() -> None:
    sections = raw()
    sections["agents"]["models"]["vendor"] = API
    sections["agents"]["agents"]["script"]["model"] = "vendor"
    stack = pure(sections)
    script = stack.workloads["mcp-agents", "script"]
    assert grants(agent_of(stack, "script"), stack.names) == []
    assert not script.identity
    remotes = {secret.name: secret.remote for secret in script.secrets}
    assert remotes["model-key"] == "toolboxai/production/mcp-agents/example-api"
    assert agent_fleet.secrets(stack.agents) == {"example-api"}
    assert script.env["MODEL_KEY"] == "/var/run/secrets/platform/model-key"
    assert not any(
        path.kind == "identity" and path.source == "mcp-agents/script" for path in topology(stack, *ENDPOINTS).matrix()
    )


def test_an_agent_is_told_its_budget_its_servers_and_whom_to_ask(production: Pure) -> None:
    quiz = production.workloads["mcp-agents", "quiz"]
    assert quiz.env["LLM_BUDGET_USD_PER_DAY"] == "20"
    assert agent_fleet.budgets(production.agents)["supervisor"] == 40
    (text,) = quiz.files.values()
    servers = json.loads(text)
    assert servers["assessment"] == {
        "url": f"http://tool-gateway.mcp.svc.cluster.local:{ports(production.mcp)['assessment']}/mcp",
        "transport": "streamable-http",
        "approval_tools": ["publish_quiz"],
    }
    assert servers["main"]["approval_tools"] == []


def test_no_secret_stands_in_an_environment(production: Pure) -> None:
    for workload in production.egress.workloads:
        for made in objects_of(workload).values():
            pod = pod_of(made)
            if pod is not None:
                assert not any("secretRef" in source for source in pod["containers"][0].get("envFrom", ()))
                assert not any(
                    "secretKeyRef" in row.get("valueFrom", {}) for row in pod["containers"][0].get("env", ())
                )


def test_the_quota_holds_everything_at_its_most_and_a_rollout(production: Pure) -> None:
    workloads = [w for w in production.egress.workloads if w.namespace == "mcp-agents"]
    quota = quota_for(most(workloads))
    assert quota.requests is not None
    assert quota.limits is not None
    # coordinator 4, supervisor 6, five agents at 10; the largest surge is a quarter of 10, rounded up
    assert quota.pods == 60 + 3
    assert quota.requests.cpu == "7"  # 4 x 250m + 56 x 100m + 3 x 100m = 6.9
    assert quota.limits.memory == "32Gi"  # (60 + 3) x 512Mi = 31.5


def test_every_image_needs_a_repository(production: Pure) -> None:
    assert agent_fleet.repositories(production.agents) == {"agent", "coordinator"}
    image = production.workloads["mcp-agents", "quiz"].image.reference
    assert image == "111122223333.dkr.ecr.us-east-1.amazonaws.com/toolboxai/production/agent:1.0.0"
