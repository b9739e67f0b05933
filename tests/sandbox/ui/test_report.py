from __future__ import annotations

import io

from rich.console import Console, RenderableType

from sandbox.model import Resource, Secret
from sandbox.policies.model import PackReport, Verdict, Violation
from sandbox.ui import report
from sandbox.ui.console import THEME
from sandbox.ui.progress import Progress
from sandbox.ui.verdict import cost, verdict


def paper(width: int) -> Console:
    return Console(width=width, file=io.StringIO(), record=True, theme=THEME)


def lines(shown: RenderableType, width: int = 80) -> list[str]:
    console = paper(width)
    console.print(shown, crop=False)
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_outputs_stand_by_their_path_and_lists_below_each_other() -> None:
    found = {
        "mcp": {"endpoints": {"files": "http://files", "web": "http://web"}, "none": {}},
        "zone": {"id": "Z1", "servers": ["one", "two"], "key": Secret("opensesame")},
        "count": 3,
        "list": [{"a": 1}],
    }
    assert lines(report.outputs(found)) == [  # type: ignore[arg-type]  # as a program's outputs come
        "count  3",
        'list     {"a": 1}',
        "mcp    endpoints.files  http://files",
        "       endpoints.web    http://web",
        "       none             {}",
        "zone   id       Z1",
        "       key      [secret]",
        "       servers  one",
        "                two",
    ]


def test_what_is_allowed_goes_on_below_its_own_beginning() -> None:
    console = paper(44)
    report.problem(
        console, "the settings are wrong", "stack.yaml: 1 wrong key\n  a.b = 3\n    allowed: one of 1, 2, 4, 8"
    )
    assert console.export_text().splitlines() == [
        "",
        "✘ the settings are wrong",
        "  stack.yaml: 1 wrong key",
        "    a.b = 3",
        "      allowed: one of 1, 2, 4, 8",
    ]
    narrow = paper(28)
    report.problem(narrow, "wrong", "    allowed: one of 1, 2, 4, 8")
    assert [line.rstrip() for line in narrow.export_text().splitlines()][2:] == [
        "      allowed: one of 1, 2,",
        "      4, 8",
    ]


def violation(name: str, message: str) -> Violation:
    urn = f"urn:pulumi:dev::platform::aws:ec2/subnet:Subnet::{name}"
    return Violation("security", "public-exposure", "mandatory", urn, f"Nothing is public.\n{message}")


def test_what_is_said_of_several_resources_is_said_once() -> None:
    found = Verdict(
        packs=[PackReport("security", "1.0", 2)],
        violations=[violation("a", "door: shut it"), violation("b", "door: shut it"), violation("c", "lock: mend it")],
        resources=3,
    )
    shown = [line.strip() for line in lines(verdict(found), 120)]
    first = shown.index("· Subnet a")
    assert shown[first:] == [
        "· Subnet a",
        "urn:pulumi:dev::platform::aws:ec2/subnet:Subnet::a",
        "· Subnet b",
        "urn:pulumi:dev::platform::aws:ec2/subnet:Subnet::b",
        "→ door: shut it",
        "· Subnet c",
        "urn:pulumi:dev::platform::aws:ec2/subnet:Subnet::c",
        "→ lock: mend it",
    ]


def test_the_packs_cost_is_told_where_it_can_be_measured() -> None:
    packs = [PackReport("one", "1", 9, (), 1.0, 0.5), PackReport("two", "1", 21, ("x",), 1.5, 0.5)]
    assert cost(Verdict(packs=packs, resources=1000)) == "2.5 s of processor, 50 µs a resource and rule"
    assert cost(Verdict(packs=packs, resources=3)) == ""
    assert "1 rule disabled" in "\n".join(lines(verdict(Verdict(packs=packs, resources=3))))


def resource(type_: str, name: str, parent: str = "", *, custom: bool = False) -> Resource:
    return Resource(urn=f"urn:pulumi:dev::p::{type_}::{name}", type=type_, name=name, custom=custom, parent=parent)


def test_progress_shows_how_many_even_where_a_name_is_long() -> None:
    progress = Progress(Console(file=io.StringIO()), expected=200)
    stack = resource("pulumi:pulumi:Stack", "p-dev")
    part = resource("platform:index:Observability", "observability-main", stack.urn)
    for made in (stack, part):
        progress.resource(made)
    for index in range(120):
        name = f"main/monitoring/horizontalpodautoscaler/{'x' * 60}{index}"
        progress.resource(resource("kubernetes:x:HorizontalPodAutoscaler", name, part.urn, custom=True))
    for width in (60, 80, 100):
        shown = lines(progress, width)
        assert max(map(len, shown)) <= width
        row = next(line for line in shown if "observability-main" in line)
        assert row.split()[:4] == ["▸", "observability-main", "Observability", "121"]
