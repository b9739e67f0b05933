"""The laws of the house that a reader of the source can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final, get_args

import pytest
from pydantic import BaseModel

from components.model import attribute_docs
from settings import StackSettings

ROOT = Path(__file__).parents[1]
SOURCES = [
    ROOT / "__main__.py",
    *(
        path
        for folder in (
            "components",
            "settings",
            "controls",
            "sandbox",
            "policies",
            "bench",
            "account",
            "deployments",
            "ops",
            "tests",
        )
        for path in sorted((ROOT / folder).rglob("*.py"))
    ),
]
LONGEST = 800


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules that a file imports, those for the type checker only left out."""
    tree = ast.parse(path.read_text())
    checked_only = {
        node
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in checked_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return frozenset(found)


def of(folder: str) -> list[Path]:
    return [path for path in SOURCES if path.is_relative_to(ROOT / folder)]


def reach(path: Path, *packages: str) -> set[str]:
    return {module for module in imports(path) if module.split(".")[0] in packages}


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        (
            "components",
            ("sandbox", "settings", "policies", "controls", "bench", "tests", "account", "deployments", "ops"),
        ),
        ("settings", ("sandbox", "policies", "controls", "bench", "tests", "account", "deployments", "ops")),
        ("policies", ("sandbox", "settings", "components", "controls", "bench", "account")),
        (
            "controls",
            ("sandbox", "settings", "components", "policies", "bench", "tests", "account", "deployments", "ops"),
        ),
        ("sandbox", ("components", "bench", "tests", "account", "deployments", "ops")),
        ("ops", ("sandbox", "policies", "controls", "bench", "tests", "account", "deployments")),
    ],
)
def test_imports_go_one_way(folder: str, forbidden: tuple[str, ...]) -> None:
    assert {str(p.relative_to(ROOT)): r for p in of(folder) if (r := reach(p, *forbidden))} == {}


PACKS = {ROOT / "policies" / name for name in ("security", "governance")}
"""Directories that stand alone: what is imported in them is found from there."""


def modules() -> dict[Path, dict[str, Path]]:
    """Every module's file by its dotted name, for each directory that imports are found from."""
    found: dict[Path, dict[str, Path]] = {ROOT: {}, **{pack: {} for pack in PACKS}}
    for path in SOURCES:
        root = next((pack for pack in PACKS if path.is_relative_to(pack)), ROOT)
        parts = path.relative_to(root).with_suffix("").parts
        found[root][".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def named_in(path: Path, name: str, known: Mapping[str, Path]) -> Iterator[str]:
    """Modules that a file's import statements name, wherever they stand: those for the type checker count as well."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join((*above, *([node.module] if node.module else [])))
            whole = [f"{source}.{alias.name}" for alias in node.names if f"{source}.{alias.name}" in known]
            yield from whole
            if len(whole) < len(node.names):
                yield source


def imported(name: str, named: Iterable[str], known: Mapping[str, Path]) -> set[Path]:
    """The files that run before a module is there: what it names, and the packages around that which aren't its own."""
    parts = name.split(".")
    own = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    found = set()
    for target in named:
        parts = target.split(".")
        around = {".".join(parts[:end]) for end in range(1, len(parts))} - own
        found |= {known[module] for module in (*around, target) if module in known}
    return found - {known[name]}


def circle(graph: Mapping[Path, Collection[Path]]) -> list[str]:
    """The files of one circle, the first of them again at its end. Empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(path.relative_to(ROOT)) for path in error.args[1]]
    return []


def test_no_import_goes_in_a_circle() -> None:
    """Not even one that only a type checker would go, or that a package's ``__init__`` closes."""
    graph = {
        path: imported(name, named_in(path, name, known), known)
        for known in modules().values()
        for name, path in known.items()
    }
    assert len(graph) == len(SOURCES)
    assert sum(map(len, graph.values())) > len(graph)
    assert circle(graph) == []


@pytest.mark.parametrize(
    "closing",
    [
        {"a/deep.py": "from b import name"},
        {"a/deep.py": "def late():\n    import b"},
        {"a/deep.py": "if TYPE_CHECKING:\n    from b import Name"},
        {"a/other.py": "", "b.py": "from a.other import name", "a/__init__.py": "from a.deep import name\nimport b"},
        {"a/deep.py": "from .closing import name", "a/closing.py": "from . import deep"},
    ],
)
def test_a_circle_is_found(tmp_path: Path, closing: Mapping[str, str]) -> None:
    sources = {"a/__init__.py": "from a.deep import name", "a/deep.py": "", "b.py": "from a import name", **closing}
    for file, text in sources.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    known = {"a" if file == "a/__init__.py" else file[:-3].replace("/", "."): tmp_path / file for file in sources}
    graph = {path: imported(name, named_in(path, name, known), known) for name, path in known.items()}
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


def test_a_components_package_only_names_what_others_take() -> None:
    """Its class stands in ``component.py``, its settings and its pure half beside it."""
    packages = {path.parent for path in of("components") if path.name == "component.py"}
    made_here = {
        str(package.relative_to(ROOT)): [ast.unparse(node).partition("\n")[0] for node in more]
        for package in packages
        if (
            more := [
                node
                for node in ast.parse((package / "__init__.py").read_text()).body[1:]
                if not isinstance(node, ast.ImportFrom) and not exports(node)
            ]
        )
    }
    assert len(packages) > 10
    assert made_here == {}


def test_the_kit_stands_on_the_foundations_only() -> None:
    below = {
        "components.kubernetes",
        "components.model",
        "components.versions",
        "components.naming",
        "components.data_classes",
        "components.times",
    }
    found = {
        str(path.relative_to(ROOT)): outside
        for path in of("components/kubernetes")
        if (
            outside := {m for m in reach(path, "components") if not any(m == b or m.startswith(f"{b}.") for b in below)}
        )
    }
    assert found == {}


HANDLED: Final = {"app.command"}
"""Decorators that hand a function on to what calls it."""
FOR_READERS: Final = {
    "components/edge/firewall_rules.py": {"CAPACITY", "GROUP_CAPACITY"},  # AWS's units: the rules are counted in tests
    "components/observability/metrics.py": {
        "VOCABULARY"
    },  # what our images must expose: alerts and runbooks keep to it
    "controls/exceptions.py": {"MOST"},  # the limit that tests hold the exceptions to
    "controls/table.py": {"BY_ID"},
}
"""Names that stand for people and tests to read, by file."""


def defined(tree: ast.Module) -> Iterator[str]:
    """Functions, classes and constants of a module. What a decorator hands on is used by that."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            handed = {ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list}
            if not handed & HANDLED:
                yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def used(tree: ast.Module) -> Iterator[str]:
    """Names that code reads, annotations in quotes among them. To import or to export a name is no use of it."""
    for node in (part for top in tree.body if not exports(top) for part in ast.walk(top)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            # called by another name there
            yield from (alias.name for alias in node.names if alias.asname)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def exports(node: ast.stmt) -> bool:
    """Whether it is the module's ``__all__``."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def test_nothing_is_there_that_no_code_uses() -> None:
    trees = {path: ast.parse(path.read_text()) for path in SOURCES if not path.is_relative_to(ROOT / "tests")}
    names = {name for tree in trees.values() for name in used(tree)}
    unused = {
        str(path.relative_to(ROOT)): found
        for path, tree in trees.items()
        if (found := {name for name in defined(tree) if not name.startswith("__")} - names)
    }
    assert unused == FOR_READERS


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines >= LONGEST} == {}


def test_configuration_is_read_in_one_place() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in [*of("components"), *of("settings"), ROOT / "__main__.py"]
        if re.search(r"pulumi\.Config\b|runtime\.config|get_config", path.read_text())
    }
    assert len(readers) == 1
    assert all(reader.startswith("settings/") for reader in readers)


def test_components_read_no_environment_clock_or_network() -> None:
    pattern = re.compile(
        r"os\.environ|os\.getenv|datetime\.now|date\.today|time\.time\(|import requests|urllib\.request"
    )
    assert [str(p.relative_to(ROOT)) for p in of("components") if pattern.search(p.read_text())] == []


def models(annotation: object, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Every settings class that can stand somewhere in ``annotation``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            yield annotation
            for field in annotation.model_fields.values():
                yield from models(field.annotation, seen)
        return
    for inner in get_args(annotation):
        yield from models(inner, seen)


ITERATED = {"BucketsSettings"}
"""Classes whose fields are rows of a table, read by going through all of them."""
SETTINGS = sorted(models(StackSettings, set()), key=lambda model: (model.__module__, model.__qualname__))


def test_every_setting_is_read_by_something() -> None:
    source = "\n".join(path.read_text() for path in [*of("components"), ROOT / "__main__.py", *of("settings")])
    read = set(re.findall(r"\.([a-z_][a-z0-9_]*)\b", source))
    unread = [
        f"{m.__name__}.{name}"
        for m in SETTINGS
        for name in m.model_fields
        if name not in read and m.__name__ not in ITERATED
    ]
    assert len(SETTINGS) > 40
    assert unread == []


def test_every_key_of_a_stack_file_is_described() -> None:
    assert [name for name in StackSettings.model_fields if name not in attribute_docs(StackSettings)] == []


def test_the_project_file_declares_exactly_what_must_be_given() -> None:
    declared = set(re.findall(r"^  platform:(\w+):$", (ROOT / "Pulumi.yaml").read_text(), re.MULTILINE))
    required = {name for name, field in StackSettings.model_fields.items() if field.is_required()}
    assert declared == required
