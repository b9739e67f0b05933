"""``Pulumi.yaml`` and ``Pulumi.<stack>.yaml``: read and checked as the ``pulumi`` command would, and a little stricter.

Stricter: a key given twice, which YAML readers settle in silence, and a top-level key that Pulumi would ignore, are
refused with file and line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.engine.errors import SettingsRefused

ENCRYPTED_PLACEHOLDER: Final = "[secret]"
"""What a ``secure:`` value of a stack file reads as: it can't be decrypted here, and needn't be."""

STACK_FILE_KEYS: Final = ("config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider")
PROJECT_FILE_KEYS: Final = (
    "author",
    "backend",
    "config",
    "description",
    "license",
    "main",
    "name",
    "options",
    "packages",
    "plugins",
    "runtime",
    "stackConfigDir",
    "template",
    "website",
)
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[misc,valid-type]  # the class is chosen at run time
    """YAML 1.2's core scalars as Pulumi's own reader has them, and no key twice.

    Without this ``03:30`` would be the number 210, ``yes`` a boolean and ``2026-01-31`` a date.
    """

    file_name = ""
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.tag != "tag:yaml.org,2002:str":
                    raise SettingsRefused(
                        f"{self.file_name}: line {key.start_mark.line + 1}: key {key.value} is no text; "
                        "put it in quotes"
                    )
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise SettingsRefused(
                        f"{self.file_name}: line {line}: key {key.value!r} stands here a second time; "
                        "keep one of the two"
                    )
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        "-+0123456789.",
    ),
    ("merge", r"^(?:<<)$", "<"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _construct_int(loader: _StrictLoader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    return int(text, 10) if text.lstrip("+-").isdigit() else int(text, 0)


_StrictLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping in the file at ``path``. ``SettingsRefused`` with file and line if it isn't one."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise SettingsRefused(f"{path.name}: can't be read: {problem.strerror or problem}") from None
    except UnicodeDecodeError as problem:
        raise SettingsRefused(f"{path.name}: byte {problem.start + 1} is not UTF-8") from None
    loader = _StrictLoader(text)
    loader.file_name = path.name
    try:
        found = loader.get_single_data()
    except yaml.YAMLError as problem:
        raise SettingsRefused(_yaml_problem(path, problem)) from None
    finally:
        loader.dispose()
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsRefused(f"{path.name}: a mapping is wanted at the top, not {type(found).__name__}")
    return found


def _yaml_problem(path: Path, problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or str(problem)
    return f"{path.name}: line {mark.line + 1}: {what}" if mark is not None else f"{path.name}: {what}"


@dataclass(frozen=True)
class ConfigKey:
    """What ``Pulumi.yaml`` says about one configuration key."""

    type: str | None = None
    default: object = None
    value: object = None
    secret: bool = False


@dataclass(frozen=True)
class Project:
    """A Pulumi project: its name, where it is, and what its ``Pulumi.yaml`` declares."""

    name: str
    root: Path
    main: Path
    config: Mapping[str, ConfigKey] = field(default_factory=dict)
    stacks_dir: Path | None = None

    @classmethod
    def load(cls, root: Path) -> Project:
        """Read ``Pulumi.yaml`` in ``root``. ``SettingsRefused`` for what ``pulumi`` would refuse too."""
        path = root / "Pulumi.yaml"
        if not path.is_file():
            raise SettingsRefused(f"there is no Pulumi.yaml in {root.name or root}: not a Pulumi project")
        found = load_yaml(path)
        _known_keys(path, found, PROJECT_FILE_KEYS)
        name = found.get("name")
        if not isinstance(name, str) or not name:
            raise SettingsRefused(f"{path.name}: name: a project needs a name, found {name!r}")
        main = root / str(found.get("main") or ".")
        config = {
            _namespaced(path, key, name): _config_key(path, key, declared)
            for key, declared in _section(path, found, "config").items()
        }
        stacks = found.get("stackConfigDir")
        return cls(name, root, main, config, root / str(stacks) if stacks else None)

    def program(self) -> Path:
        """The file that is run: ``__main__.py``, unless ``main`` names another."""
        return self.main if self.main.suffix == ".py" else self.main / "__main__.py"

    def stacks(self) -> list[str]:
        """The stacks that have a file, in order of name."""
        names = (path.name[len("Pulumi.") : -len(".yaml")] for path in self._stack_dir().glob("Pulumi.*.yaml"))
        return sorted(name for name in names if name)

    def stack_file(self, stack: str) -> Path:
        """Where the settings of ``stack`` stand. ``SettingsRefused`` naming the stacks there are, if not there."""
        path = self._stack_dir() / f"Pulumi.{stack}.yaml"
        if not path.is_file():
            there = ", ".join(f"Pulumi.{name}.yaml" for name in self.stacks()) or "none"
            raise SettingsRefused(
                f"unknown stack {stack!r}: there is no Pulumi.{stack}.yaml; stack files here: {there}"
            )
        return path

    def _stack_dir(self) -> Path:
        return self.stacks_dir or self.root


@dataclass(frozen=True)
class Config:
    """Configuration as the SDK gets it: every value a string, objects as JSON; and what the engine would refuse."""

    values: Mapping[str, str]
    secrets: frozenset[str]
    missing: tuple[str, ...]
    """Declared keys that have neither a value nor a default: the engine refuses to start without them."""

    @classmethod
    def load(cls, project: Project, stack: str) -> Config:
        """The configuration of ``stack``: the project's values, then the stack file's over them."""
        path = project.stack_file(stack)
        found = load_yaml(path)
        _known_keys(path, found, STACK_FILE_KEYS)
        given: dict[str, object] = {}
        for key, declared in project.config.items():
            value = declared.value if declared.value is not None else declared.default
            if value is not None:
                given[key] = value
        for key, value in _section(path, found, "config").items():
            given[_namespaced(path, key, None)] = value
        wrong = [
            f"{path.name}: {key}: {_WANTED[declared.type]} is wanted, found {given[key]!r}"
            for key, declared in project.config.items()
            if declared.type is not None and key in given and not _fits(given[key], declared.type)
        ]
        if wrong:
            raise SettingsRefused("\n".join(wrong))
        secrets = {key for key, declared in project.config.items() if declared.secret and key in given}
        values: dict[str, str] = {}
        for key, value in given.items():
            plain = _without_secure(value)
            if plain is not value:
                secrets.add(key)
            values[key] = config_text(plain)
        missing = tuple(key for key in project.config if key not in given)
        return cls(values, frozenset(secrets), missing)


_WANTED: Final[Mapping[str | None, str]] = {
    "string": "a string",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


def config_text(value: object) -> str:
    """A configuration value as the engine hands it to a program: scalars as text, the rest as JSON.

    Keys of mappings come in order of the alphabet, whatever their order in the file: the engine's maps have none, and
    Go writes them so. A list that a program makes out of a mapping has that order too.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _known_keys(path: Path, found: Mapping[str, object], allowed: Iterable[str]) -> None:
    for key in found:
        if key not in allowed:
            raise SettingsRefused(f"{path.name}: {key}: unknown key; allowed are {', '.join(allowed)}")


def _section(path: Path, found: Mapping[str, object], key: str) -> dict[str, object]:
    section = found.get(key)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise SettingsRefused(f"{path.name}: {key}: a mapping is wanted, found {section!r}")
    return {str(name): value for name, value in section.items()}


def _namespaced(path: Path, key: str, project: str | None) -> str:
    """``key`` with its namespace; without one it belongs to ``project`` (only ``Pulumi.yaml`` may leave it out)."""
    namespace, colon, name = key.partition(":")
    if colon and namespace and name and ":" not in name:
        return key
    if not colon and project is not None:
        return f"{project}:{key}"
    raise SettingsRefused(f"{path.name}: {key}: a configuration key is written <namespace>:<name>")


def _config_key(path: Path, key: str, declared: object) -> ConfigKey:
    if not isinstance(declared, dict):
        return ConfigKey(value=declared)
    type_ = declared.get("type")
    if type_ is not None and type_ not in _TYPES:
        raise SettingsRefused(f"{path.name}: {key}: type {type_!r} is none of {', '.join(_TYPES)}")
    if declared.get("value") is not None and declared.get("default") is not None:
        raise SettingsRefused(f"{path.name}: {key}: value and default exclude each other")
    return ConfigKey(type_, declared.get("default"), declared.get("value"), bool(declared.get("secret")))


def _fits(value: object, type_: str) -> bool:
    if isinstance(value, dict) and set(value) == {"secure"}:
        return True
    if isinstance(value, bool):
        return type_ == "boolean"
    return isinstance(value, _TYPES[type_])


def _without_secure(value: object) -> object:
    """``value`` with every ``secure:`` ciphertext in it replaced; the very same object where there was none."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return ENCRYPTED_PLACEHOLDER
        inner = {key: _without_secure(item) for key, item in value.items()}
        return inner if any(inner[key] is not value[key] for key in value) else value
    if isinstance(value, list):
        items = [_without_secure(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
