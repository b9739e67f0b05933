"""Servers as workloads: port, transport, identity, profile and the paths that follow from it."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest

from components import mcp_platform
from components.kubernetes import TopologyError, workload_manifests
from components.mcp_platform.workloads import grants
from components.pod_identity import KeyOf
from tests.components.agent_fleet.example import ENDPOINTS, Pure, Raw, contexts_of, pure, raw, topology


@pytest.fixture(scope="module")
def production() -> Pure:
    return pure(raw())


def objects_of(stack: Pure, server: str) -> dict[str, dict[str, Any]]:
    """A server's objects by kind; of ConfigMaps the last."""
    made = [manifest.to_dict() for manifest in workload_manifests(stack.workloads["mcp", server])]
    return {str(row["kind"]): row for row in made}


def change_main(**fields: object) -> Raw:
    sections = raw()
    sections["mcp"]["servers"]["main"].update(fields)
    return sections


def test_the_main_server_answers_on_9877(production: Pure) -> None:
    made = objects_of(production, "main")
    (container,) = made["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert [port["containerPort"] for port in container["ports"]] == [9877]
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}
    (service_port,) = made["Service"]["spec"]["ports"]
    assert (service_port["port"], service_port["targetPort"]) == (9877, 9877)
    (scraped,) = made["ServiceMonitor"]["spec"]["endpoints"]
    assert (scraped["port"], scraped["path"]) == ("http", "/metrics")


def test_streamable_http_is_stateless_and_websocket_sticky() -> None:
    plain = objects_of(pure(raw()), "main")["Service"]["spec"]
    sticky = objects_of(pure(change_main(transport="websocket")), "main")["Service"]["spec"]
    assert "sessionAffinity" not in plain
    assert sticky["sessionAffinity"] == "ClientIP"
    assert sticky["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 3600}}
    assert sticky["ports"][0]["appProtocol"] == "kubernetes.io/ws"


def test_callers_learn_the_scheme_of_the_transport() -> None:
    stack = pure(change_main(transport="websocket", port=9878))
    (text,) = stack.workloads["mcp-agents", "terrain"].files.values()
    assert json.loads(text)["main"]["url"] == "ws://main.mcp.svc.cluster.local:9878/mcp"


def test_the_context_store_is_the_one_table_by_name(production: Pure) -> None:
    contexts = contexts_of(production.names)
    table, key = grants(production.mcp.servers["main"], production.names, contexts)
    assert list(table.resources) == ["arn:aws:dynamodb:us-east-1:111122223333:table/toolboxai-production-mcp-contexts"]
    assert not any("*" in action or action.endswith(":Scan") for action in table.actions)
    assert key.conditions["StringEquals"] == {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
    assert list(key.resources) == [KeyOf("data")]
    env = production.workloads["mcp", "main"].env
    assert (env["CONTEXT_TABLE"], env["CONTEXT_TTL_ATTRIBUTE"], env["CONTEXT_TTL_DAYS"]) == (
        "toolboxai-production-mcp-contexts",
        "expires_at",
        "30",
    )


def test_a_server_that_needs_nothing_of_aws_has_no_identity(production: Pure) -> None:
    content = production.workloads["mcp", "content"]
    assert grants(production.mcp.servers["content"], production.names, contexts_of(production.names)) == []
    assert not content.identity
    assert "AWS_REGION" not in content.env


@pytest.mark.parametrize(
    ("access", "objects", "key"),
    [
        ("read", {"s3:GetObject"}, {"kms:Decrypt"}),
        (
            "read-write",
            {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
            {"kms:Decrypt", "kms:GenerateDataKey"},
        ),
    ],
)
def test_a_bucket_is_opened_as_far_as_asked(access: str, objects: set[str], key: set[str]) -> None:
    sections = raw()
    sections["mcp"]["servers"]["files"]["buckets"] = {"uploads": access}
    stack = pure(sections)
    by_name = {g.name: g for g in grants(stack.mcp.servers["files"], stack.names, contexts_of(stack.names))}
    bucket = "arn:aws:s3:::toolboxai-production-uploads-111122223333-us-east-1"
    assert list(by_name["ListUploads"].resources) == [bucket]
    assert list(by_name["ObjectsUploads"].resources) == [f"{bucket}/*"]
    assert set(by_name["ObjectsUploads"].actions) == objects
    assert set(by_name["ObjectKey"].actions) == key
    assert stack.workloads["mcp", "files"].env["BUCKET_UPLOADS"] == bucket.removeprefix("arn:aws:s3:::")
    assert mcp_platform.buckets(stack.mcp) == {"uploads"}


@pytest.mark.parametrize("endpoint", ["dynamodb", "s3", "bedrock-runtime"])
def test_production_may_call_aws_by_endpoints_only(production: Pure, endpoint: str) -> None:
    with pytest.raises(TopologyError, match=f"an interface endpoint for {endpoint}"):
        topology(production, *(other for other in ENDPOINTS if other != endpoint))


def test_elsewhere_a_missing_endpoint_is_an_exception_with_its_reason() -> None:
    stack = pure(raw("dev"), "dev")
    exceptions = {path.destination: path.reason for path in topology(stack).exceptions()}
    assert set(exceptions) == {"aws:dynamodb", "aws:s3", "aws:bedrock-runtime", "internet"}
    assert "no interface endpoint" in (exceptions["aws:dynamodb"] or "")
    assert {p.destination for p in topology(stack, *ENDPOINTS).exceptions()} == {"internet"}


def test_the_profile_tells_what_is_enforced_and_what_is_advice(production: Pure) -> None:
    (text,) = production.workloads["mcp", "assessment"].files.values()
    profile = json.loads(text)
    assert profile["tools"] == {"names": ["create_quiz", "grade_answer", "publish_quiz"], "enforcement": "gateway"}
    assert profile["agents"] == {"names": ["supervisor", "quiz", "review"], "enforcement": "network-policy"}
    assert profile["external_hosts"]["enforcement"] == "egress-proxy"


def test_nothing_is_reached_from_outside_unasked(production: Pure) -> None:
    assert not any(path.kind == "loadbalancer" for path in topology(production, *ENDPOINTS).matrix())
    assert "HTTPRoute" not in objects_of(production, "main")


def test_secrets_come_as_files_of_the_namespaces_own_names() -> None:
    sections = change_main(secrets=["search-key"])
    stack = pure(sections)
    (secret,) = stack.workloads["mcp", "main"].secrets
    assert secret.remote == "toolboxai/production/mcp/search-key"
    assert secret.path == "/var/run/secrets/platform/search-key"
    assert mcp_platform.secrets(stack.mcp) == {"search-key"}


def test_the_store_of_contexts_is_called_by_the_name_that_its_endpoint_answers(
    production: Pure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pod Identity's credentials carry the account's id, and SDKs then prefer a host of the account's own."""
    main = production.workloads["mcp", "main"]

    class SentError(Exception):
        """Where a request would have gone."""

    def stop(request: AWSPreparedRequest, **_: object) -> None:
        raise SentError(request.url)

    def call() -> str:
        session = botocore.session.Session()
        session.set_credentials("key", "secret", "token", account_id="111122223333")
        client = session.create_client("dynamodb")
        client.meta.events.register("before-send.dynamodb.GetItem", stop)
        with pytest.raises(SentError) as sent:
            client.get_item(TableName="t", Key={"context_id": {"S": "1"}})
        return str(sent.value)

    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert call() == "https://111122223333.ddb.us-east-1.amazonaws.com/"
    for name, value in main.env.items():
        monkeypatch.setenv(name, value)
    assert call() == "https://dynamodb.us-east-1.amazonaws.com/"
