"""Examples as data, and how a rule is asked about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final, Protocol, cast

from policies.governance.governance_rules import pack as governance
from policies.governance.governance_rules.core import reading as governance_reading
from policies.governance.governance_rules.core import rules as governance_core
from policies.security.security_rules import pack as security
from policies.security.security_rules.core import reading as security_reading
from policies.security.security_rules.core import rules as security_core
from tests.policies.good import GOOD, Props, good, unshared

GONE: Final = object()
"""Instead of a value: the key, or the item, is taken out."""


@dataclass(frozen=True)
class Change:
    """The good example of ``type`` with ``value`` at ``path``, and still good for ``rule``."""

    rule: str
    type: str
    path: str
    value: object
    _: KW_ONLY
    config: Mapping[str, Any] = field(default_factory=dict)
    name: str = "thing"
    protect: bool = True

    @property
    def props(self) -> Props:
        """The example's inputs."""
        return changed(good(self.type), self.path, self.value)

    def __str__(self) -> str:
        shown = "gone" if self.value is GONE else repr(self.value)
        return f"{self.rule} {self.type.rpartition(':')[2]} {self.path}={shown[:40]}"


@dataclass(frozen=True)
class Bad(Change):
    """The same, and no longer good: ``rule`` finds it and says ``says`` at ``at`` (where it isn't ``path``)."""

    says: str
    _: KW_ONLY
    at: str | None = None

    @property
    def where(self) -> str:
        """The path that the message begins with."""
        return dotted(self.path) if self.at is None else self.at

    __str__ = Change.__str__


def steps(path: str) -> list[str | int]:
    """``spec containers 0 image`` as keys and indices. Keys have dots and slashes in them, but no spaces."""
    return [int(step) if step.isdigit() else step for step in path.split()]


def dotted(path: str) -> str:
    """``spec containers 0 image`` as messages show it: ``spec.containers[0].image``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps(path)).removeprefix(".")


def changed(props: Props, path: str, value: object) -> Props:
    """``props`` with ``value`` at ``path`` (in their place where it is empty); objects missing on the way are made."""
    if not path:
        return cast("Props", unshared(value))
    result = cast("Props", unshared(props))
    *way, last = steps(path)
    at: Any = result
    for key in way:
        if isinstance(at, dict) and at.get(cast("str", key)) is None:
            at[key] = {}
        at = at[key]
    if value is GONE:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return result


class Result(Protocol):
    """What both packs' findings and unseen values have in common."""

    @property
    def path(self) -> str: ...


@dataclass(frozen=True)
class Said:
    """What a rule said of one resource or stack: messages of findings, paths of what it could not see."""

    findings: tuple[str, ...]
    unseen: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A rule of either pack, ready to be asked. ``core`` and ``reading`` are its own pack's modules."""

    pack: str
    rule: Any
    core: Any
    reading: Any

    @property
    def name(self) -> str:
        """The rule's name."""
        return str(self.rule.about.name)

    @property
    def of_stack(self) -> bool:
        """Whether it looks at all resources together."""
        return isinstance(self.rule, self.core.StackRule)

    def covers(self, resource_type: str) -> bool:
        """Whether it looks at resources of the type."""
        return bool(self.rule.covers(resource_type))

    def unknown(self) -> object:
        """Its pack's mark for a value that isn't known."""
        return self.reading.UNKNOWN

    def resource(self, resource_type: str, props: Props, **about: Any) -> Any:  # noqa: ANN401 - either pack's own class
        """A resource as the rule sees it. ``provider`` in ``about`` is the inputs of its AWS provider."""
        provider = about.pop("provider", None)
        made = None if provider is None else self.core.Provider("pulumi:providers:aws", provider)
        plain = self.reading.Field(self.reading.plain(props))
        return self.core.Resource(resource_type, plain, provider=made, **about)

    def ask(self, resources: Any, config: Mapping[str, Any] | None = None) -> Said:  # noqa: ANN401 - one resource or many
        """What the rule says."""
        results = list(self.rule.check(resources, self.rule.about.configure(config or {})))
        return Said(
            tuple(it.message for it in results if isinstance(it, self.core.Finding)),
            tuple(it.path for it in results if isinstance(it, self.core.Unseen)),
        )

    def about(self, change: Change, props: Props | None = None) -> Said:
        """What the rule says of an example, or of other inputs in its place."""
        inputs = change.props if props is None else props
        resource = self.resource(change.type, inputs, name=change.name, protect=change.protect)
        return self.ask(resource, change.config)


RULES: Final[dict[str, Asked]] = {
    rule.about.name: Asked(name, rule, core, reading)
    for name, pack, core, reading in (
        ("security", security, security_core, security_reading),
        ("governance", governance, governance_core, governance_reading),
    )
    for rule in pack.RULES
}
RESOURCE_RULES: Final = {name: rule for name, rule in RULES.items() if not rule.of_stack}
STACK_RULES: Final = {name: rule for name, rule in RULES.items() if rule.of_stack}


def nodes(value: object, path: str = "") -> Iterator[str]:
    """The path of every key and item below ``value``."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in below:
        yield f"{path} {key}".strip()
        yield from nodes(item, f"{path} {key}")


def at(props: Props, path: str) -> object:
    """What stands at ``path``."""
    value: Any = props
    for key in steps(path):
        value = value[key]
    return value


def replaced(value: object, by: Callable[[str], str]) -> object:
    """``value`` with every text below it put through ``by``."""
    if isinstance(value, dict):
        return {key: replaced(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, by) for item in value]
    return by(value) if isinstance(value, str) else value


__all__ = ["GONE", "GOOD", "RESOURCE_RULES", "RULES", "STACK_RULES", "Asked", "Bad", "Change", "Said"]
