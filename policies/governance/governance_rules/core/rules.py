"""What a rule is: a pure function over a resource's plain data, and what must be said about it.

This module is the same, byte for byte, in every pack: a pack is published alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final, Literal, TypeAlias

from .reading import Field, Value, plain

Level: TypeAlias = Literal["mandatory", "advisory"]
Severity: TypeAlias = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True)
class Finding:
    """Something is wrong at ``path``. ``advice`` says what to write instead and quotes no value of the resource."""

    path: str
    advice: str
    urn: str | None = None

    @property
    def message(self) -> str:
        """What the user reads."""
        return f"{self.path}: {self.advice}" if self.path else self.advice


@dataclass(frozen=True)
class Unseen:
    """What decides at ``path`` is not known yet."""

    path: str


Result: TypeAlias = Finding | Unseen


@dataclass(frozen=True)
class Provider:
    """The provider that makes a resource: its type, and its inputs as they came."""

    type: str = ""
    source: object = None

    @cached_property
    def props(self) -> Field:
        """The inputs as plain data; most rules never ask."""
        return Field(plain(self.source))


@dataclass(frozen=True)
class Resource:
    """One resource. ``depends`` maps an input's name to the URNs whose outputs went into it (stack rules only)."""

    type: str
    props: Field
    name: str = ""
    urn: str = ""
    protect: bool = False
    provider: Provider | None = None
    depends: Mapping[str, Collection[str]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Field:
        return self.props[key]


@dataclass(frozen=True)
class Setting:
    """One setting of a rule: its JSON schema without the default, the default, and what it is for."""

    schema: Mapping[str, object]
    default: Value
    purpose: str


def strings(default: Collection[str], purpose: str) -> Setting:
    """A setting that is a list of texts."""
    return Setting({"type": "array", "items": {"type": "string"}}, list(default), purpose)


def flag(*, default: bool, purpose: str) -> Setting:
    """A setting that is true or false."""
    return Setting({"type": "boolean"}, default, purpose)


def whole(default: int, purpose: str, *, minimum: int = 0) -> Setting:
    """A setting that is a whole number."""
    return Setting({"type": "integer", "minimum": minimum}, default, purpose)


REASON_LENGTH: Final = 12
"""Characters that make a written reason more than a word."""


def reasoned(text: Field) -> bool:
    """Whether a written reason stands there."""
    return len(text.text.strip()) >= REASON_LENGTH


EXCEPTIONS: Final = Setting(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"urn": {"type": "string"}, "reason": {"type": "string", "minLength": REASON_LENGTH}},
            "required": ["urn", "reason"],
            "additionalProperties": False,
        },
    },
    [],
    "Resources that the rule leaves out: `urn` is a glob over the whole URN, `reason` says why in a sentence. "
    "An entry without a reason does not count.",
)
"""Every rule takes this one."""


@dataclass(frozen=True)
class Config:
    """The settings of one rule as given, over its defaults."""

    values: Mapping[str, Value]

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = self.values.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def text(self, name: str) -> str:
        """A text."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def on(self, name: str) -> bool:
        """A flag."""
        return self.values.get(name) is True

    def number(self, name: str) -> int:
        """A whole number (settings come as floats)."""
        return int(Field(self.values.get(name)).number or 0)

    def table(self, name: str) -> dict[str, Value]:
        """An object."""
        value = self.values.get(name)
        return value if isinstance(value, dict) else {}

    def matches(self, name: str, *candidates: str) -> bool:
        """Whether a glob of the list called ``name`` matches one of ``candidates``."""
        globs = self.texts(name)
        return bool(globs) and any(fnmatchcase(candidate, glob) for glob in globs for candidate in candidates)

    def excepts(self, urn: str) -> bool:
        """Whether ``urn`` is left out, with a reason."""
        entries = self.values.get("exceptions")
        return bool(entries) and any(
            reasoned(entry["reason"]) and fnmatchcase(urn, entry["urn"].text) for entry in Field(entries).each()
        )


@dataclass(frozen=True)
class About:
    """What is said of a rule: its name, what it asks for, how bad a breach is, and which controls it serves.

    ``controls`` maps a framework (``FSBP``, ``CIS EKS 1.8.0``) to its ids; ``remedy`` is what to do about a breach.
    """

    name: str
    description: str
    severity: Severity
    remedy: str
    controls: Mapping[str, tuple[str, ...]]
    level: Level = "mandatory"
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @cached_property
    def all_settings(self) -> dict[str, Setting]:
        """The rule's own settings and the one that every rule takes."""
        return {**self.settings, "exceptions": EXCEPTIONS}

    @cached_property
    def defaults(self) -> dict[str, Value]:
        """Every setting's default."""
        return {name: setting.default for name, setting in self.all_settings.items()}

    def configure(self, given: Mapping[str, Value] | None = None) -> Config:
        """``given`` over the defaults."""
        return Config({**self.defaults, **given} if given else self.defaults)


@dataclass(frozen=True)
class Rule:
    """A rule about one resource at a time. ``covers`` tells by its type whether the rule looks at a resource."""

    about: About
    covers: Callable[[str], bool]
    check: Callable[[Resource, Config], Iterable[Result]]


@dataclass(frozen=True)
class StackRule:
    """A rule about all resources of a stack together. ``check`` is handed those that ``covers`` accepts."""

    about: About
    covers: Callable[[str], bool]
    check: Callable[[list[Resource], Config], Iterable[Result]]


AnyRule: TypeAlias = Rule | StackRule


# --- the sentences that rules are made of -------------------------------------------------------------------------


def wrong(at: Field, advice: str) -> Finding:
    """A finding at a field."""
    return Finding(at.path, advice)


def unless(holds: Callable[[Field], bool], at: Field, advice: str) -> Iterator[Result]:
    """A finding at ``at`` unless ``holds``; where its value is not known, that it could not be seen."""
    if at.unknown:
        yield Unseen(at.path)
    elif not holds(at):
        yield Finding(at.path, advice)


def must_be_true(at: Field, advice: str) -> Iterator[Result]:
    """A finding unless the value is true."""
    return unless(lambda it: it.true, at, advice)


def must_be_false(at: Field, advice: str) -> Iterator[Result]:
    """A finding unless the value is set, and false."""
    return unless(lambda it: it.value is False or it.value == "false", at, advice)


def must_not_be_true(at: Field, advice: str) -> Iterator[Result]:
    """A finding if the value is true; not set is good."""
    return unless(lambda it: not it.true, at, advice)


def must_be_given(at: Field, advice: str) -> Iterator[Result]:
    """A finding if nothing stands there. A value that is only not known yet is given: its presence decides."""
    if at.missing:
        yield Finding(at.path, advice)


def must_have_items(at: Field, advice: str) -> Iterator[Result]:
    """A finding if the list or object is empty or not there."""
    return unless(lambda it: not it.empty, at, advice)


def must_be_absent(at: Field, advice: str) -> Iterator[Result]:
    """A finding if something stands there."""
    return unless(lambda it: it.empty, at, advice)


def must_contain(at: Field, wanted: Collection[str], advice: str) -> Iterator[Result]:
    """A finding unless the list has all of ``wanted``; with an unknown item, that it could not be seen."""
    if not set(wanted) <= {item.text for item in at.each()}:
        yield Unseen(at.path) if at.hidden else Finding(at.path, advice)


def each_must(holds: Callable[[Field], bool], at: Field, advice: str) -> Iterator[Result]:
    """A finding at each item of the list for which ``holds`` doesn't."""
    if at.unknown:
        yield Unseen(at.path)
    for item in at.each():
        yield from unless(holds, item, advice)


def must_be_seen(*fields: Field) -> Iterator[Result]:
    """Nothing but what could not be seen: for values that only decide whether a rule applies."""
    return (Unseen(it.path) for it in fields if it.unknown)


def list_must_be_seen(at: Field) -> Iterator[Result]:
    """Nothing but what could not be seen: the list as a whole, or an item of it."""
    return must_be_seen(at, *at.each())


def must_be_one_of(at: Field, allowed: Collection[str], advice: str) -> Iterator[Result]:
    """A finding unless the value is one of ``allowed``."""
    return unless(lambda it: it.text in allowed, at, advice)


def types(*names: str) -> Callable[[str], bool]:
    """A ``covers`` that accepts exactly these types."""
    return frozenset(names).__contains__
