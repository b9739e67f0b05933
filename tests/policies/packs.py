"""A pack's own server, started as the engine starts it and asked over the analyzer protocol."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

ROOT: Final = Path(__file__).parents[2]
PACKS: Final = ("security", "governance")
UNKNOWN: Final = UNKNOWN_STRING_VALUE
"""What stands in a request where a value isn't known."""
SECRET_SIGNATURE: Final = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""What marks an object of a request as a secret (sdk/go/common/resource/properties.go)."""


def secret(value: object) -> dict[str, object]:
    """``value`` as a secret in a request."""
    return {**SECRET_SIGNATURE, "value": value}


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """``values`` as the protocol carries them."""
    message = struct_pb2.Struct()
    message.update(values)
    return message


def request(
    resource_type: str,
    props: Mapping[str, Any],
    *,
    name: str = "thing",
    protect: bool = True,
    provider: Mapping[str, Any] | None = None,
) -> analyzer_pb2.AnalyzeRequest:
    """The request that judges one resource."""
    return analyzer_pb2.AnalyzeRequest(
        type=resource_type,
        urn=urn(resource_type, name),
        name=name,
        properties=struct(props),
        options=analyzer_pb2.AnalyzerResourceOptions(protect=protect),
        provider=None
        if provider is None
        else analyzer_pb2.AnalyzerProviderResource(
            type="pulumi:providers:aws", urn="urn:provider", name="aws", properties=struct(provider)
        ),
    )


def urn(resource_type: str, name: str = "thing") -> str:
    """The URN of a resource of the stack ``production``."""
    return f"urn:pulumi:production::platform::{resource_type}::{name}"


def stack(*resources: tuple[str, Mapping[str, Any], Mapping[str, Sequence[str]]]) -> analyzer_pb2.AnalyzeStackRequest:
    """The request that judges a stack: type, outputs and property dependencies of each resource."""
    return analyzer_pb2.AnalyzeStackRequest(
        resources=[
            analyzer_pb2.AnalyzerResource(
                type=resource_type,
                urn=urn(resource_type),
                name="thing",
                properties=struct(props),
                options=analyzer_pb2.AnalyzerResourceOptions(),
                propertyDependencies={
                    key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns) for key, urns in depends.items()
                },
            )
            for resource_type, props, depends in resources
        ]
    )


class Pack:
    """A running pack."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def info(self) -> analyzer_pb2.AnalyzerInfo:
        """Names, levels and settings of its rules."""
        info: analyzer_pb2.AnalyzerInfo = self._stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30)
        return info

    def configure(self, **rules: tuple[analyzer_pb2.EnforcementLevel.ValueType, Mapping[str, Any]]) -> None:
        """Give rules a level and settings; underscores in a name stand for hyphens."""
        self._stub.Configure(
            analyzer_pb2.ConfigureAnalyzerRequest(
                policyConfig={
                    name.replace("_", "-"): analyzer_pb2.PolicyConfig(
                        enforcementLevel=level, properties=struct(settings)
                    )
                    for name, (level, settings) in rules.items()
                }
            ),
            timeout=30,
        )

    def analyze(self, asked: analyzer_pb2.AnalyzeRequest) -> list[analyzer_pb2.AnalyzeDiagnostic]:
        """What it says of a resource."""
        return list(self._stub.Analyze(asked, timeout=30).diagnostics)

    def analyze_stack(self, asked: analyzer_pb2.AnalyzeStackRequest) -> list[analyzer_pb2.AnalyzeDiagnostic]:
        """What it says of a stack."""
        return list(self._stub.AnalyzeStack(asked, timeout=30).diagnostics)


def copied_out(pack: str, to: Path) -> Path:
    """The pack's directory, and nothing else of the project, below ``to``: what publishing archives."""
    return shutil.copytree(
        ROOT / "policies" / pack, to / pack, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache", ".ruff_cache")
    )


@contextmanager
def serving(directory: Path, *, as_engine: bool = False) -> Iterator[Pack]:
    """The pack in ``directory``, served by itself: as a program, or by the SDK's runner, as the engine starts it."""
    program = ["-m", "pulumi.policy", "127.0.0.1:1", str(directory)] if as_engine else ["__main__.py", "127.0.0.1:1"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PULUMI"))}
    server = subprocess.Popen(
        [sys.executable, "-B", "-u", *program], cwd=directory, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        pack = Pack(int(server.stdout.readline()))
        try:
            yield pack
        finally:
            pack.close()
    finally:
        server.terminate()
        server.wait(timeout=10)
        if server.stdout is not None:
            server.stdout.close()
