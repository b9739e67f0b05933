"""Keys with a letter wrong: which one was meant, and the settings as they would read with it.

What is misspelt is one mistake. So it is told once, and everything else is looked for in the settings as meant: the
key that seems to be missing isn't told as well, nor what only follows from its default.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

Path = tuple[str | int, ...]

_ALIKE: Final = 0.6
"""How alike two keys must be: what ``difflib`` itself takes, and what finds one wrong letter in a key of three."""


def nearest(key: str, known: Collection[str]) -> str | None:
    """The one of ``known`` that was meant by ``key``, if it is clear. Case and hyphens don't count."""
    plain = {_plain(name): name for name in known}
    near = difflib.get_close_matches(_plain(key), plain, n=1, cutoff=_ALIKE)
    return plain[near[0]] if near else None


def _plain(key: str) -> str:
    return key.casefold().replace("-", "_").strip()


@dataclass
class Corrections:
    """Settings with misspelt keys put right, and the way back to what stands in the file."""

    raw: object
    given: dict[Path, str] = field(default_factory=dict)
    """What stands in the file, by the path that was meant."""

    def correct(self, parent: Path, key: str, meant: str) -> bool:
        """Read ``key`` below ``parent`` as ``meant``. Nothing is done where that is there already."""
        here = _at(self.raw, parent)
        if not isinstance(here, Mapping) or meant in here or key not in here:
            return False
        self.raw = _replaced(self.raw, parent, {meant if name == key else name: value for name, value in here.items()})
        self.given[(*parent, meant)] = key
        return True

    def in_file(self, path: Path) -> Path:
        """``path`` as the file spells it."""
        return tuple(self.given.get(path[: index + 1], part) for index, part in enumerate(path))


def _at(raw: object, path: Path) -> object:
    for part in path:
        if isinstance(raw, Mapping):
            raw = raw.get(part)
        elif isinstance(raw, list) and isinstance(part, int):
            raw = raw[part]
        else:
            return None
    return raw


def _replaced(raw: object, path: Path, value: object) -> object:
    """``raw`` with ``value`` at ``path``; the original stays as it is."""
    if not path:
        return value
    first, *rest = path
    if isinstance(raw, Mapping):
        return {key: _replaced(it, tuple(rest), value) if key == first else it for key, it in raw.items()}
    if isinstance(raw, list):
        return [_replaced(it, tuple(rest), value) if index == first else it for index, it in enumerate(raw)]
    return raw
