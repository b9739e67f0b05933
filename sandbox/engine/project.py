"""``Pulumi.yaml`` and ``Pulumi.<stack>.yaml``: read and checked as the ``pulumi`` command would, and a little stricter.

Stricter: a top-level key that Pulumi would ignore is refused, and what ``strict_yaml`` refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sandbox.engine.errors import SettingsRefused
from sandbox.engine.strict_yaml import load_yaml

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
        files = (path.name for path in self._stack_dir().glob("Pulumi.*.yaml") if path.is_file())
        return sorted(name for file in files if (name := file[len("Pulumi.") : -len(".yaml")]))

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
