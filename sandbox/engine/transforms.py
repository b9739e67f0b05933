"""Transforms: functions of the program that may change a resource before it is made, run as the engine runs them.

The program's SDK serves them over gRPC on loopback, and names the address in each registration; the engine calls
there. Order: the resource's own, then those of its ancestors from the nearest up, then the stack's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import grpc.aio
from pulumi.runtime.proto import alias_pb2, callback_pb2, callback_pb2_grpc, resource_pb2

from sandbox.protocol.convert import to_python, to_struct
from sandbox.protocol.goal import AliasUrn, Goal, timeouts

Callback: TypeAlias = tuple[str, str]
"""Address and token of one transform."""
Callbacks: TypeAlias = Iterable[callback_pb2.Callback]

_CHANNEL: Final = [
    ("grpc.max_receive_message_length", 1024 * 1024 * 400),
    # the program is on this machine, whatever proxy the environment names
    ("grpc.enable_http_proxy", 0),
]


class Transforms:
    """The transforms of one run, by the resource that declared them."""

    def __init__(self) -> None:
        self._stack: list[Callback] = []
        self._own: dict[str, list[Callback]] = {}
        self._parents: dict[str, str] = {}
        self._channels: dict[str, grpc.aio.Channel] = {}

    def add_stack(self, callback: callback_pb2.Callback) -> None:
        """Run ``callback`` on every resource registered from here on."""
        self._stack.append((callback.target, callback.token))

    def remember(self, urn: str, parent: str, own: Callbacks) -> None:
        """Keep what ``urn`` declared, for its descendants."""
        mine = [(callback.target, callback.token) for callback in own]
        if mine or parent in self._parents:
            self._own[urn] = mine
            self._parents[urn] = parent

    def of(self, own: Callbacks, parent: str) -> list[Callback]:
        """The transforms that apply to a resource below ``parent`` with its ``own``, in order."""
        found = [(callback.target, callback.token) for callback in own]
        while parent in self._parents:
            found += self._own[parent]
            parent = self._parents[parent]
        return found + self._stack

    async def apply(
        self,
        goal: Goal,
        request: resource_pb2.RegisterResourceRequest | None,
        callbacks: Sequence[Callback],
        alias: AliasUrn,
    ) -> None:
        """Change ``goal`` as ``callbacks`` want. ``request`` is where it came from (a component's child has none)."""
        if not callbacks:
            return
        properties, options = to_struct(goal.inputs), _options(goal, request)
        for target, token in callbacks:
            message = resource_pb2.TransformRequest(
                type=goal.type,
                name=goal.name,
                custom=goal.custom,
                parent=goal.parent,
                properties=properties,
                options=options,
            )
            answer = await self._call(target, token, message)
            properties = answer.properties
            if answer.HasField("options"):
                options = answer.options
        goal.inputs = to_python(properties)
        _take_over(goal, options, alias)

    async def _call(
        self, target: str, token: str, message: resource_pb2.TransformRequest
    ) -> resource_pb2.TransformResponse:
        channel = self._channels.get(target)
        if channel is None:
            channel = self._channels[target] = grpc.aio.insecure_channel(target, options=_CHANNEL)
        stub = callback_pb2_grpc.CallbacksStub(channel)
        try:
            answer = await stub.Invoke(
                callback_pb2.CallbackInvokeRequest(token=token, request=message.SerializeToString())
            )
        except grpc.aio.AioRpcError as problem:
            raise RuntimeError(f"invoke transform of {message.type} {message.name!r}: {problem.details()}") from None
        return resource_pb2.TransformResponse.FromString(answer.response)

    async def close(self) -> None:
        """Hang up, before the program's SDK does: it would be logged as if something were wrong."""
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close(None)


def _options(goal: Goal, request: resource_pb2.RegisterResourceRequest | None) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(
        depends_on=goal.dependencies,
        protect=goal.protect,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
        version=goal.version,
        provider=goal.provider,
        providers=goal.providers,
        retain_on_delete=goal.retain_on_delete,
        deleted_with=goal.deleted_with,
        delete_before_replace=goal.delete_before_replace,
        additional_secret_outputs=goal.additional_secret_outputs,
        aliases=[alias_pb2.Alias(urn=urn) for urn in goal.aliases],
    )
    if request is not None and request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if goal.import_id:
        setattr(options, "import", goal.import_id)
    return options


def _take_over(goal: Goal, options: resource_pb2.TransformResourceOptions, alias: AliasUrn) -> None:
    kept = {key: urns for key, urns in goal.property_dependencies.items() if key in goal.inputs}
    goal.property_dependencies = kept
    goal.dependencies = sorted({*options.depends_on, *(urn for urns in kept.values() for urn in urns)})
    goal.protect = options.protect if options.HasField("protect") else None
    goal.ignore_changes = list(options.ignore_changes)
    goal.replace_on_changes = list(options.replace_on_changes)
    goal.version = options.version
    goal.provider = options.provider
    goal.providers = dict(options.providers)
    goal.retain_on_delete = options.retain_on_delete if options.HasField("retain_on_delete") else None
    goal.deleted_with = options.deleted_with
    has_order = options.HasField("delete_before_replace")
    goal.delete_before_replace = options.delete_before_replace if has_order else None
    goal.additional_secret_outputs = list(options.additional_secret_outputs)
    goal.aliases = [alias(goal, found) for found in options.aliases]
    goal.custom_timeouts = timeouts(options.custom_timeouts) if options.HasField("custom_timeouts") else {}
    goal.import_id = getattr(options, "import")
