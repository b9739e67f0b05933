"""Writes what the packs' own data says: a README for each, and which AWS types take no tags.

``python -m policies.generate`` writes them, and copies the modules that the packs share from the security pack, where
they are edited, to the other. The tests fail while any of it is out of date.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from policies.governance.governance_rules import pack as governance
from policies.security.security_rules import pack as security

HERE: Final = Path(__file__).parent
SHARED: Final = "core"
"""Modules that are the same, byte for byte, in every pack: a pack is published alone."""
CORE: Final = HERE / "security" / "security_rules" / SHARED
COPIES: Final = (HERE / "governance" / "governance_rules" / SHARED,)
UNTAGGABLE: Final = HERE / "governance" / "governance_rules" / "untaggable.txt"

_RESOURCE: Final = re.compile(r'@pulumi\.type_token\("(aws:[^"]+)"\)\nclass \w+\(pulumi\.CustomResource\):')
_TAGS: Final = re.compile(r'__props__\.__dict__\["tags"\] = tags\b')


class _Setting(Protocol):
    @property
    def default(self) -> object: ...

    @property
    def purpose(self) -> str: ...


class _About(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def severity(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def controls(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def settings(self) -> Mapping[str, _Setting]: ...


class _Rule(Protocol):
    @property
    def about(self) -> _About: ...


def resources() -> Iterator[tuple[str, str]]:
    """Each AWS type of the installed SDK, and the source of its class: importing all of it takes a minute."""
    found = importlib.util.find_spec("pulumi_aws")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pulumi_aws: install the program's requirements first")
    for file in sorted(Path(found.origin).parent.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        declared = _RESOURCE.search(source)
        if declared:
            yield declared[1], source[declared.end() :]


def untaggable() -> list[str]:
    """AWS types without tags in the installed SDK."""
    return sorted(name for name, source in resources() if not _TAGS.search(source))


def _controls(about: _About) -> str:
    return "; ".join(f"{framework} {', '.join(ids)}" for framework, ids in about.controls.items())


def _default(value: object) -> str:
    if isinstance(value, Mapping):
        return "`{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}`"
    if isinstance(value, (list, tuple)):
        return "`[" + ", ".join(map(str, value)) + "]`"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value!r}`"


def _table(rules: Iterable[_Rule]) -> list[str]:
    lines = ["| rule | asks for | severity | level | serves |", "|---|---|---|---|---|"]
    settings = ["", "| rule | setting | default | what it is |", "|---|---|---|---|"]
    for rule in rules:
        about = rule.about
        # a rule about the stack is known by its class, of which each pack has its own copy
        stack = " (stack)" if type(rule).__name__ == "StackRule" else ""
        lines.append(
            f"| `{about.name}`{stack} | {about.description} | {about.severity} | {about.level} | {_controls(about)} |"
        )
        settings += [
            f"| `{about.name}` | `{name}` | {_default(setting.default)} | {setting.purpose} |"
            for name, setting in about.settings.items()
        ]
    return [*lines, *settings]


_ABOUT: Final = """# `{title}`

{description}

A pack for every Pulumi program, in any language, that works by itself: this directory is what publishing archives.
It has {count} rules. Each reads what a resource is to be made of and says, where it must, which resource, which input,
and what to write instead; inputs are named as their provider's schema names them (`storageEncrypted`), which each
language spells in its own way (`storage_encrypted` in Python).

## Publishing and configuring

- `pulumi policy publish <organisation>` in this directory; the service installs `requirements.txt`. Raise `version` in
  `PulumiPolicy.yaml` first.
- `pulumi policy enable <organisation>/{name} latest --config config.json`, for all stacks or for a `--policy-group`.
- Without the service: `pulumi preview --policy-pack <this directory> --policy-pack-config config.json`, with a Python
  3.11 on PATH that has `requirements.txt` installed (`python3 -m venv venv`, `venv/bin/pip install -r
  requirements.txt`, `source venv/bin/activate`).

`config.json` maps a rule's name to a level (`advisory`, `mandatory`, `disabled`), or to an object of `enforcementLevel`
and settings:

    {{
      "{rule}": {{
        "enforcementLevel": "mandatory",
        "exceptions": [{{"urn": "*::legacy-*", "reason": "Is switched off in May, see ticket 123."}}]
      }}
    }}

A wrong value stops the run with what is allowed; a setting that a rule doesn't have is told of at the stack.
`remediate` is the same as `mandatory`: no rule changes inputs. Every rule takes `exceptions`, a list of
`{{"urn": glob, "reason": sentence}}`; an entry whose reason is shorter than twelve characters is refused.

## Rules

"""


def readme(title: str, name: str, description: str, rules: Sequence[_Rule]) -> str:
    """The whole README of a pack."""
    head = _ABOUT.format(title=title, name=name, description=description, count=len(rules), rule=rules[0].about.name)
    return head + "\n".join(_table(rules)) + "\n"


def readmes() -> dict[Path, str]:
    """Each pack's README and what it must say."""
    return {
        HERE / title / "README.md": readme(title, pack.NAME, pack.DESCRIPTION, pack.RULES)
        for title, pack in (("security", security), ("governance", governance))
    }


def copy_core() -> None:
    """Make every copy of the shared modules what they are in the security pack."""
    for copy in COPIES:
        for stale in copy.glob("*.py"):
            stale.unlink()
        for module in CORE.glob("*.py"):
            shutil.copyfile(module, copy / module.name)


def main() -> None:
    """Write all of it."""
    copy_core()
    for path, text in readmes().items():
        path.write_text(text, encoding="utf-8")
    UNTAGGABLE.write_text("".join(f"{name}\n" for name in untaggable()), encoding="utf-8")


if __name__ == "__main__":
    main()
