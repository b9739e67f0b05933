"""What passes between the sandbox's parts: the resources of a run as plain data.

Values are JSON-like: ``None``, ``bool``, ``float``/``int``, ``str``, lists, dicts with string keys, plus ``Secret``
around what is secret and ``UNKNOWN`` where a preview can't know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias, final


@final
@dataclass(frozen=True)
class Secret:
    """A value that must never be shown: printed and exported only as a placeholder."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(...)"


@final
class Unknown:
    """The one value a preview can't know."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Secret | Unknown | None"
Properties: TypeAlias = "dict[str, Value]"


@dataclass
class Resource:
    """One resource of a stack, as the engine would record it.

    ``inputs`` are the *checked* inputs, as the provider would hand them to the packs (auto-names made, ``tagsAll``
    filled); ``outputs`` the whole state. ``provider`` is ``<urn>::<id>`` or empty.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str = ""
    id: str = ""
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict)
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    remote: bool = False
    external: bool = False
    delete_before_replace: bool | None = None
    deleted_with: str = ""
    retain_on_delete: bool = False
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    import_id: str = ""


@dataclass
class Run:
    """What a run of the program made: its resources in dependence order (ties by URN) and the stack's outputs."""

    project: str
    stack: str
    resources: list[Resource]
    outputs: Properties
