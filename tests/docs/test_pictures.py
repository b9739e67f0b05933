"""The pictures show this platform, anybody can read them, and they load nothing from anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
import yaml
from rich.text import Text

from docs.terminal import BELOW, picture, screen, trimmed

ROOT: Final = Path(__file__).parents[2]
PLATFORM: Final = ROOT / "docs" / "platform.svg"
SANDBOX: Final = ROOT / "docs" / "sandbox.svg"
SVG: Final = "{http://www.w3.org/2000/svg}"
SMALLEST_PIXELS: Final = 13
"""Text of the platform's picture, which a README shows at about two thirds of its size."""

each_picture = pytest.mark.parametrize("path", [PLATFORM, SANDBOX], ids=lambda path: path.stem)


def root_of(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 - our own file


def words(path: Path) -> set[str]:
    """The words that are seen, without the title and description."""
    seen = " ".join(part for element in root_of(path).iter(f"{SVG}text") for part in element.itertext())
    return set(re.findall(r"[\w.-]+", seen.replace("\xa0", " ")))


def config() -> dict[str, dict[str, dict[str, object]]]:
    found = yaml.safe_load((ROOT / "Pulumi.production.yaml").read_text())["config"]
    return {key.removeprefix("platform:"): section for key, section in found.items()}


@each_picture
def test_a_picture_is_safe_and_says_what_it_is(path: Path) -> None:
    root = root_of(path)
    assert root.get("role") == "img"
    titles = root.findall(f"{SVG}title")
    assert titles
    assert titles[0].text
    assert titles[0].get("id") in (root.get("aria-labelledby") or "").split()
    text = path.read_text()
    assert not re.search(r"<script|<foreignObject|<image|@import|\son\w+=", text)
    assert all(target.startswith("#") for target in re.findall(r"(?:href=\"|url\()([^\")]*)", text))


def test_the_platforms_picture_is_small_and_readable() -> None:
    assert PLATFORM.stat().st_size < 40_000
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", PLATFORM.read_text())]
    assert sizes
    assert min(sizes) >= SMALLEST_PIXELS


def test_the_platform_shows_every_agent_server_application_and_namespace_of_production() -> None:
    sections = config()
    names = {*sections["agents"]["agents"], *sections["mcp"]["servers"], "coordinator"}
    names |= set(sections["applications"]["applications"])
    spaces = {"toolboxai-production", "mcp", "mcp-agents", "monitoring", "node-agents", "database", "argocd"}
    assert names | spaces | {"production-dr"} <= words(PLATFORM)


@pytest.mark.parametrize(("group", "component"), [("edge", "Edge"), ("copies", "Resilience")])
def test_what_is_dashed_is_not_in_the_program_yet(group: str, component: str) -> None:
    (found,) = [element for element in root_of(PLATFORM).iter(f"{SVG}g") if element.get("id") == group]
    made = re.search(rf"\b{component}\(", (ROOT / "__main__.py").read_text()) is not None
    assert (found.get("class") == "later") != made, f'class="later" of {group} in docs/platform.svg says otherwise'


def test_the_terminal_shows_a_run_that_went_well() -> None:
    assert {"make", "up", "Resources", "Policies", "Outputs", "data", "networking", "mcp-main"} <= words(SANDBOX)
    assert not {"mandatory", "violations", "failed"} & words(SANDBOX)


def test_what_a_progress_display_took_back_is_gone() -> None:
    frames = "\u2819 1 s\r\nfirst\r\n\x1b[1A\x1b[2K\x1b[1A\x1b[2Ksecond\r\n\u2839 2 s\r\n"
    assert [line.plain for line in screen(frames)] == ["second"]


def test_long_parts_are_marked_where_they_are_cut() -> None:
    tree = ["Resources  9", "  stack", "  ├── one", *(f"  │   ├── {number}" for number in range(5)), "  └── two"]
    rest = ["Outputs", "  urls  a", "        b", "Files", "  stack.json", "", " ✔ dev is up in the sandbox"]
    lines = [line.plain for line in trimmed([Text(line) for line in [*tree, *rest]])]
    below = [f"  │   ├── {number}" for number in range(BELOW)]
    left = [*tree[:3], *below, "  │       ...", tree[-1], "Outputs", "  urls  a", "    ...", rest[-1]]
    assert lines == left


def test_the_same_lines_give_the_same_picture() -> None:
    assert picture([Text("up")]) == picture([Text("up")])
