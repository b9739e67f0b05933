"""Resources in the analyzer protocol's messages, filled as the engine fills them.

``Analyze`` gets a resource's checked inputs, ``AnalyzeStack`` its outputs; both get its options and its provider with
the provider's inputs; secrets go as marked values and unknown ones as the protocol's sentinel. Keys that begin with
two underscores stay out at the top level. Sources: ``analyzeAll`` and ``AnalyzeResources`` in
pkg/resource/deploy/step_generator.go, ``marshalResourceOptions`` and ``marshalProvider`` in
pkg/resource/plugin/analyzer_plugin.go (pulumi/pulumi, 2026-08-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pulumi.runtime.proto import analyzer_pb2

from sandbox.model import Properties, Resource, Secret, Value
from sandbox.protocol.convert import REFERENCE, SIGNATURE, to_struct


class Messages:
    """Makes the messages of one run; remembers its providers, whose inputs go with each of their resources."""

    def __init__(self) -> None:
        self._providers: dict[str, analyzer_pb2.AnalyzerProviderResource] = {}

    def analyze(self, resource: Resource) -> analyzer_pb2.AnalyzeRequest:
        """The request that judges one resource by its inputs."""
        if resource.type.startswith("pulumi:providers:"):
            self._providers[resource.urn] = _provider(resource)
        return analyzer_pb2.AnalyzeRequest(
            type=resource.type,
            properties=to_struct(visible(resource.inputs)),
            urn=resource.urn,
            name=resource.name,
            options=_options(resource),
            provider=self._provider_of(resource),
        )

    def analyze_stack(self, resources: Iterable[Resource]) -> analyzer_pb2.AnalyzeStackRequest:
        """The request that judges all resources of a stack by their outputs."""
        return analyzer_pb2.AnalyzeStackRequest(resources=[self._resource(resource) for resource in resources])

    def _resource(self, resource: Resource) -> analyzer_pb2.AnalyzerResource:
        return analyzer_pb2.AnalyzerResource(
            type=resource.type,
            properties=to_struct(visible(resource.outputs)),
            urn=resource.urn,
            name=resource.name,
            options=_options(resource),
            provider=self._provider_of(resource),
            parent=resource.parent,
            dependencies=resource.dependencies,
            propertyDependencies={
                key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                for key, urns in resource.property_dependencies.items()
                if urns
            },
        )

    def _provider_of(self, resource: Resource) -> analyzer_pb2.AnalyzerProviderResource | None:
        return self._providers.get(resource.provider.rpartition("::")[0])


def visible(properties: Mapping[str, Value]) -> Properties:
    """``properties`` as a pack may see them: internal ones left out, a reference to a resource as its ID or URN.

    Source: ``MarshalPropertyValue`` in sdk/go/common/resource/plugin/rpc.go, without ``KeepResources``.
    """
    return {key: _lowered(value) for key, value in properties.items() if not key.startswith("__")}


def _lowered(value: Value) -> Value:
    """``value`` without references; itself where it has none."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == REFERENCE:
            id_ = value.get("id")
            return id_ if id_ is not None else value.get("urn")
        inner = {key: _lowered(item) for key, item in value.items()}
        return inner if any(inner[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [_lowered(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, Secret):
        below = _lowered(value.value)
        return value if below is value.value else Secret(below)
    return value


def _provider(resource: Resource) -> analyzer_pb2.AnalyzerProviderResource:
    return analyzer_pb2.AnalyzerProviderResource(
        type=resource.type, properties=to_struct(visible(resource.inputs)), urn=resource.urn, name=resource.name
    )


def _options(resource: Resource) -> analyzer_pb2.AnalyzerResourceOptions:
    timeouts = resource.custom_timeouts
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=resource.ignore_changes,
        deleteBeforeReplace=bool(resource.delete_before_replace),
        deleteBeforeReplaceDefined=resource.delete_before_replace is not None,
        additionalSecretOutputs=resource.additional_secret_outputs,
        aliases=resource.aliases,
        customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(
            create=timeouts.get("create", 0.0),
            update=timeouts.get("update", 0.0),
            delete=timeouts.get("delete", 0.0),
            read=timeouts.get("read", 0.0),
        ),
        parent=resource.parent,
    )
