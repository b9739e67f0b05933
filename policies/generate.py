"""Writes what the packs' own data says: the rules in README.md, and which AWS types take no tags.

``python -m policies.generate`` writes both, and copies the modules that the packs share from the security pack, where
they are edited, to the other. The tests fail while any of it is out of date.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from policies.governance.governance_rules import pack as governance
from policies.security.security_rules import pack as security

HERE: Final = Path(__file__).parent
README: Final = HERE / "README.md"
SHARED: Final = "core"
"""Modules that are the same, byte for byte, in every pack: a pack is published alone."""
CORE: Final = HERE / "security" / "security_rules" / SHARED
COPIES: Final = (HERE / "governance" / "governance_rules" / SHARED,)
UNTAGGABLE: Final = HERE / "governance" / "governance_rules" / "untaggable.txt"

START: Final = "<!-- what follows is made by `python -m policies.generate` -->"
END: Final = "<!-- end of what is made -->"
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


def rules_section() -> str:
    """The README's generated part, without its marks."""
    parts = []
    for title, pack in (("security", security), ("governance", governance)):
        parts += [f"### `{title}` ({len(pack.RULES)} rules)", "", pack.DESCRIPTION, "", *_table(pack.RULES), ""]
    return "\n".join(parts)


def with_rules(readme: str) -> str:
    """``readme`` with its generated part made anew. ``ValueError`` where the marks are missing."""
    before, _, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"README.md lacks the marks {START} and {END}")
    return f"{before}{START}\n\n{rules_section()}\n{END}{after}"


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
    README.write_text(with_rules(README.read_text(encoding="utf-8")), encoding="utf-8")
    UNTAGGABLE.write_text("".join(f"{name}\n" for name in untaggable()), encoding="utf-8")


if __name__ == "__main__":
    main()
