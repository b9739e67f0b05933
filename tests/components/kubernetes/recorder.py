"""Runs a piece of program against the SDK's mock monitor and keeps every request as the engine would get it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import mocks

Request = Any
"""A ``RegisterResourceRequest``."""


class _Cloud(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise AssertionError(args.token)


class _Recorder(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Cloud())
        self.requests: dict[str, Request] = {}

    def RegisterResource(self, request: Request) -> object:  # noqa: N802 - gRPC's name
        self.requests[request.name] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


class Provider(pulumi.ProviderResource):
    def __init__(self) -> None:
        super().__init__("kubernetes", "cluster", {})


class Parent(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("platform:test:Parent", "parent")


def run(program: Callable[[Provider, Parent], object]) -> dict[str, Request]:
    """The requests of ``program`` by logical name."""
    recorder = _Recorder()
    mocks.set_mocks(_Cloud(), project="platform", stack="test", preview=False, monitor=recorder)

    def body() -> None:
        program(Provider(), Parent())

    pulumi.runtime.test(body)()  # type: ignore[no-untyped-call]
    return recorder.requests
