"""What the platform is asked for, a line each, and where a stack's graph answers it.

A line's address is ``TYPE::NAME#PROPERTY``: a type without the package's module path (``aws:eks:NodeGroup``), a name (a
shell pattern), and a path of keys in the inputs. In the path ``*`` goes through every element, ``[key=value]`` picks
those elements of a list, ``<a.b/c>`` is a key that has dots, and text that is JSON is read as such. An object of the
cluster is ``object:KIND::NAMESPACE/NAME#PATH``, whoever brings it in, the update or Argo CD; without a namespace it is
``object:KIND::NAME``. Nothing here uses the program's code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.model import Resource, Run
from tests.stacks.graph import manifests, plain, short

PLATFORM = ("dev", "staging", "production")
_STEP = re.compile(r"\[([^=\]]+)=([^\]]*)\]|<([^>]+)>|([^.\[\]<>]+)")


@dataclass(frozen=True)
class By:
    """What a line expects of each stack. A stack that isn't named isn't asked."""

    stacks: Mapping[str, object]


def by(**stacks: object) -> By:
    """Expectations by stack, ``by(dev=1, production=3)``."""
    return By(stacks)


@dataclass(frozen=True)
class Holds:
    """A question of everything that an address finds."""

    says: str
    ask: Callable[[Sequence[Any]], bool]


def count(number: int) -> Holds:
    """So many are found."""
    return Holds(f"{number} of them", lambda found: len(found) == number)


def at_least(number: int) -> Holds:
    """So many or more are found."""
    return Holds(f"at least {number} of them", lambda found: len(found) >= number)


def among(value: object) -> Holds:
    """One of what is found is ``value``."""
    return Holds(f"{value!r} among them", lambda found: value in found)


def exactly(*values: object) -> Holds:
    """What is found is these values, in whatever order, however often."""

    def ask(found: Sequence[Any]) -> bool:
        return bool(found) and all(f in values for f in found) and all(v in found for v in values)

    return Holds(f"{values!r} and nothing else", ask)


def matching(pattern: str) -> Holds:
    """Everything found is text of that form, and something is."""
    form = re.compile(pattern)
    return Holds(f"text like {pattern}", lambda found: bool(found) and all(form.search(str(f)) for f in found))


THERE = at_least(1)
NONE = count(0)


@dataclass(frozen=True)
class Line:
    """One line of what is asked: in our words, where the answer stands, and what it must be.

    ``where`` is an address, or ``test:PATH::NAME`` for a test that refuses the opposite. ``holds`` is a value that
    everything found must equal, or a question. ``stacks`` are those that are asked, unless ``holds`` says it by stack.
    """

    asks: str
    where: str
    holds: object = THERE
    stacks: tuple[str, ...] = PLATFORM

    @property
    def asked(self) -> tuple[str, ...]:
        """The stacks of which the line is asked."""
        return tuple(self.holds.stacks) if isinstance(self.holds, By) else self.stacks

    @property
    def test(self) -> str | None:
        """The test that answers the line, where it isn't the graph."""
        return self.where.removeprefix("test:") if self.where.startswith("test:") else None

    def expected(self, stack: str) -> object:
        """What the line expects of ``stack``."""
        return self.holds.stacks[stack] if isinstance(self.holds, By) else self.holds


def resources(run: Run, address: str) -> list[Resource]:
    """The resources that an address names."""
    kind, _, name = address.partition("#")[0].partition("::")
    return [r for r in run.resources if short(r.type) == kind and fnmatchcase(r.name, name or "*")]


def answers(run: Run, address: str) -> list[Any]:
    """Everything found at an address: the values of a property, or URNs where it names none."""
    place, _, path = address.partition("#")
    if place.startswith("object:"):
        named = objects(run, place.removeprefix("object:"))
    else:
        named = [(r.urn, plain(r.inputs)) for r in resources(run, address)]
    return [value for _, held in named for value in at(held, path)] if path else [name for name, _ in named]


def objects(run: Run, place: str) -> list[tuple[str, Any]]:
    """The objects of the cluster that a place names, each with its name."""
    kind, _, pattern = place.partition("::")
    found = []
    for manifest in manifests(run):
        name = "/".join(filter(None, (manifest["metadata"].get("namespace"), manifest["metadata"].get("name", ""))))
        if manifest["kind"] == kind and fnmatchcase(name, pattern or "*"):
            found.append((name, manifest))
    return found


def at(value: Any, path: str) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """The values at ``path``, none where it leads nowhere."""
    here = [value]
    for key, wanted, quoted, step in _STEP.findall(path):
        here = [inner for v in here for inner in _down(_read(v), key, wanted, quoted or step)]
    yield from here


def _read(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(value) if isinstance(value, str) and value[:1] in {"{", "["} else value


def _down(value: Any, key: str, wanted: str, step: str) -> list[Any]:  # noqa: ANN401 - any JSON value
    if key:
        return (
            [v for v in value if isinstance(v, Mapping) and str(v.get(key)) == wanted]
            if isinstance(value, list)
            else []
        )
    if step == "*":
        return list(value.values()) if isinstance(value, Mapping) else list(value) if isinstance(value, list) else []
    if isinstance(value, Mapping):
        return [value[step]] if value.get(step) is not None else []
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return [value[int(step)]]
    return []


def verdict(line: Line, stack: str, run: Run) -> str | None:
    """What is wrong with a line on a stack; nothing where it holds."""
    expected = line.expected(stack)
    found = answers(run, line.where)
    if isinstance(expected, Holds):
        if expected.ask(found):
            return None
        said = expected.says
    else:
        if found and all(value == expected for value in found):
            return None
        said = repr(expected)
    return f"{line.asks}: {line.where} on {stack} should be {said}, found {found[:8]!r} ({len(found)})"
