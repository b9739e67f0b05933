"""What a program asks for: one registration, out of its protobuf message and with the engine's inheritance applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from sandbox.model import Resource
from sandbox.protocol.convert import to_python
from sandbox.protocol.urns import make, package_of, parse

if TYPE_CHECKING:
    from pulumi.runtime.proto import alias_pb2, resource_pb2

    from sandbox.model import Properties

AliasUrn: TypeAlias = "Callable[[Goal, alias_pb2.Alias], str]"
"""The URN that an alias means for a goal."""

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(slots=True)
class Goal:
    """One resource as it was asked for. Empty strings and lists stand for what wasn't said."""

    type: str
    name: str
    custom: bool
    inputs: Properties
    parent: str = ""
    remote: bool = False
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict)
    version: str = ""
    protect: bool | None = None
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    delete_before_replace: bool | None = None
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    import_id: str = ""

    @classmethod
    def of(cls, request: resource_pb2.RegisterResourceRequest, alias: AliasUrn) -> Goal:
        """The goal in ``request``."""
        goal = cls(
            request.type,
            request.name,
            request.custom,
            to_python(request.object),
            request.parent,
            request.remote,
            sorted(request.dependencies),
            {key: sorted(found.urns) for key, found in request.propertyDependencies.items() if found.urns},
            request.provider,
            dict(request.providers),
            request.version,
            request.protect if request.HasField("protect") else None,
            request.retainOnDelete if request.HasField("retainOnDelete") else None,
            request.deletedWith,
            request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            list(request.ignoreChanges),
            list(request.replaceOnChanges),
            list(request.additionalSecretOutputs),
            import_id=request.importId,
        )
        if request.HasField("customTimeouts"):
            goal.custom_timeouts = timeouts(request.customTimeouts)
        if request.aliases or request.aliasURNs:
            found = [*request.aliasURNs, *(alias(goal, found) for found in request.aliases)]
            goal.aliases = list(dict.fromkeys(found))
        return goal

    def inherit(self, parent: Goal, providers: dict[str, str]) -> None:
        """Take over from the parent what wasn't said here; ``providers`` are the parent's if it is a component.

        Source: ``inheritFromParent`` and ``resolveProvider`` in pkg/resource/deploy/source_eval.go (2026-08-21).
        """
        if not self.deleted_with:
            self.deleted_with = parent.deleted_with
        if self.protect is None:
            self.protect = parent.protect
        if self.retain_on_delete is None:
            self.retain_on_delete = parent.retain_on_delete
        package = package_of(self.type)
        if not self.provider and parent.provider:
            of_package = package_of(parse(parent.provider.rsplit("::", 1)[0]).type)
            if (not self.remote and not self.custom) or of_package == package:
                self.provider = parent.provider
        if not self.provider and (self.custom or self.remote):
            self.provider = self.providers.get(package) or providers.get(package, "")
        if not self.custom:
            for key, ref in providers.items():
                self.providers.setdefault(key, ref)

    def resource(self, urn: str, inputs: Properties) -> Resource:
        """The resource that is asked for, with its checked ``inputs`` and nothing made yet."""
        return Resource(
            urn=urn,
            type=self.type,
            name=self.name,
            custom=self.custom,
            parent=self.parent,
            provider=self.provider if self.custom else "",
            providers=self.providers,
            inputs=inputs,
            dependencies=self.dependencies,
            property_dependencies=self.property_dependencies,
            protect=bool(self.protect),
            remote=self.remote,
            delete_before_replace=self.delete_before_replace,
            deleted_with=self.deleted_with,
            retain_on_delete=bool(self.retain_on_delete),
            ignore_changes=self.ignore_changes,
            replace_on_changes=self.replace_on_changes,
            aliases=self.aliases,
            additional_secret_outputs=self.additional_secret_outputs,
            custom_timeouts=self.custom_timeouts,
            import_id=self.import_id,
        )

    def tell_dependencies(self) -> None:
        """Name every property that was registered, those that depend on nothing too: SDKs do, and states show it."""
        found = self.property_dependencies
        self.property_dependencies = {key: found.get(key, []) for key in self.inputs}


def not_done(request: resource_pb2.RegisterResourceRequest) -> list[str]:
    """Options in ``request`` that change what an update does, and that a goal doesn't hold."""
    found = [option for option in ("replace_with", "state_migrations") if getattr(request, option)]
    return [*found, "replacement_trigger"] if request.HasField("replacement_trigger") else found


def alias_urn(goal: Goal, alias: alias_pb2.Alias, stack: str, project: str, renamed: Mapping[str, str]) -> str:
    """The URN that ``alias`` means for ``goal``; ``renamed`` says what a parent that it names was called before."""
    if alias.urn:
        return alias.urn
    spec = alias.spec
    parent = "" if spec.noParent else renamed.get(spec.parentUrn, spec.parentUrn) or goal.parent
    return make(spec.stack or stack, spec.project or project, parent, spec.type or goal.type, spec.name or goal.name)


def timeouts(message: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    """Custom timeouts in seconds, by operation."""
    found = {
        "create": message.create,
        "delete": message.delete,
        "read": message.read,
        "update": message.update,
    }
    return {operation: seconds(text) for operation, text in found.items() if text}


def seconds(duration: str) -> float:
    """Seconds in a Go duration such as ``1h30m``. ``ValueError`` if it is none."""
    parts = _DURATION.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"{duration!r} is no duration such as 30m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
