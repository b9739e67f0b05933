"""A stack's policy configuration: one file, the one that ``pulumi preview --policy-pack-config`` takes.

``policies/config/<stack>.json`` maps a rule's name to its enforcement level, or to an object with ``enforcementLevel``
and the rule's own settings. The real engine wants a ``--policy-pack-config`` for each ``--policy-pack``; the same file
is given to each. Two things follow, and both are refused here because the real engine would fail on them or, worse,
apply them where nobody meant it: an object without ``enforcementLevel`` (the engine has no level for a rule that only
the other pack has), and ``all`` (it would lower both packs at once). A setting that the rule doesn't have is refused
too: the engine says nothing of it.

How levels, defaults and the file are put together is the engine's own way: ``ReconcilePolicyPackConfig`` in
pkg/resource/analyzer/config.go (pulumi/pulumi, 2026-08-21).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from sandbox.policies.model import LEVELS, Level, PolicyConfigRefused

if TYPE_CHECKING:
    from pulumi.runtime.proto import analyzer_pb2

FOLDER: Final = "policies/config"


@dataclass(frozen=True)
class Rule:
    """Level and settings of one rule."""

    level: Level
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PolicyConfig:
    """The entries of one file; ``name`` is its path as messages show it."""

    name: str
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path, stack: str) -> PolicyConfig:
        """The file of ``stack``; none is no configuration. ``PolicyConfigRefused`` names every wrong entry."""
        name = f"{FOLDER}/{stack}.json"
        path = root / name
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls(name)
        except OSError as problem:
            raise PolicyConfigRefused(name, [f"can't be read: {problem.strerror or problem}"]) from None
        if not text.strip():
            return cls(name)
        try:
            found = json.loads(text)
        except ValueError as problem:
            raise PolicyConfigRefused(name, [f"no JSON: {problem}"]) from None
        if not isinstance(found, dict):
            raise PolicyConfigRefused(name, ["an object is wanted, one entry a rule"])
        return cls(name, _rules(name, found))

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """``PolicyConfigRefused`` for entries that name no rule of any pack."""
        names = sorted(known)
        unknown = [rule for rule in self.rules if rule not in names]
        if unknown:
            allowed = ", ".join(names) or "none: no pack has rules"
            raise PolicyConfigRefused(
                self.name, [f"{rule}: no pack has a rule of this name; rules are {allowed}" for rule in unknown]
            )


def _rules(name: str, found: Mapping[str, object]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for rule, value in found.items():
        settings = dict(value) if isinstance(value, dict) else {}
        level = settings.pop("enforcementLevel", None) if isinstance(value, dict) else value
        if rule == "all":
            problems.append("all: name the rules one by one: this file goes to every pack, `all` would change each")
        elif rule == "environments":
            problems.append("environments: needs Pulumi Cloud; the sandbox and a self-managed backend have none")
        elif not isinstance(value, (str, dict)):
            problems.append(f"{rule}: a level or an object with enforcementLevel is wanted, found {json.dumps(value)}")
        elif level not in LEVELS:
            what = "enforcementLevel is missing" if level is None else f"enforcementLevel is {json.dumps(level)}"
            problems.append(f"{rule}: {what}; write one of {', '.join(LEVELS)}")
        else:
            rules[rule] = Rule(cast("Level", level), settings)
    if problems:
        raise PolicyConfigRefused(name, problems)
    return rules


def reconcile(info: analyzer_pb2.AnalyzerInfo, config: PolicyConfig) -> dict[str, Rule]:
    """Level and settings of each rule of one pack: its own defaults, its initial configuration, then the file.

    ``PolicyConfigRefused`` where the settings are not what the rule's schema allows.
    """
    from google.protobuf import json_format  # noqa: PLC0415 - only a run with packs needs it

    schemas: dict[str, dict[str, object]] = {}
    rules: dict[str, Rule] = {}
    for policy in info.policies:
        properties = json_format.MessageToDict(policy.configSchema.properties)
        schemas[policy.name] = {"properties": properties, "required": list(policy.configSchema.required)}
        defaults = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
        rules[policy.name] = Rule(LEVELS[policy.enforcementLevel], defaults)
    for name, initial in info.initialConfig.items():
        before = rules.get(name, Rule(LEVELS[initial.enforcementLevel]))
        rules[name] = Rule(
            LEVELS[initial.enforcementLevel], {**before.settings, **json_format.MessageToDict(initial.properties)}
        )
    for name, given in config.rules.items():
        if name in rules:
            rules[name] = Rule(given.level, {**rules[name].settings, **given.settings})
    _check(config, rules, schemas)
    return rules


def _unknown(rule: str, given: Mapping[str, object], schema: Mapping[str, object]) -> list[str]:
    """Settings that the rule's schema doesn't have; a rule without one reads what it likes.

    The real engine hands them over without a word, and the rule runs by its defaults.
    """
    known = schema["properties"]
    if not known or not isinstance(known, dict):
        return []
    return [
        f"{rule}.{setting}: the rule has no such setting; write one of {', '.join(sorted(known))}"
        for setting in given
        if setting not in known
    ]


def _check(config: PolicyConfig, rules: Mapping[str, Rule], schemas: Mapping[str, Mapping[str, object]]) -> None:
    problems: list[str] = []
    for rule, given in config.rules.items():
        if rule in schemas:
            problems += _unknown(rule, given.settings, schemas[rule])
    for rule, schema in schemas.items():
        settings = rules[rule].settings
        if not settings and not schema["required"]:
            continue
        from jsonschema import Draft7Validator  # noqa: PLC0415 - costly to import, and seldom needed

        found = Draft7Validator({"type": "object", **schema}).iter_errors(dict(settings))
        for error in sorted(found, key=lambda error: ([str(part) for part in error.absolute_path], error.message)):
            where = ".".join([rule, *(str(part) for part in error.absolute_path)])
            problems.append(f"{where}: {error.message}")
    if problems:
        raise PolicyConfigRefused(config.name, problems)
