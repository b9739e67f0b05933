"""A number is one page of decisions, the list of them is whole, and nobody refers to a page that isn't there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
NUMBERS: Final = range(1, len(PAGES) + 1)
WRITTEN: Final = ["README.md", "Pulumi.*.yaml", "docs/**/*.md", "*/*.md", "components/**/*.py", "settings/**/*.py"]


def titles() -> dict[str, str]:
    """The first line of each page, without its mark, by the page's name."""
    return {page.name: page.read_text().splitlines()[0].removeprefix("# ") for page in PAGES}


def test_each_number_is_one_page_and_stands_in_its_title() -> None:
    assert [int(name[:4]) for name in titles()] == list(NUMBERS)
    assert [title.split(". ")[0] for title in titles().values()] == [str(number) for number in NUMBERS]


def test_the_list_names_every_page_by_its_title() -> None:
    text = (ROOT / "docs" / "decisions" / "README.md").read_text()
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", text, re.MULTILINE)
    assert {name: f"{number}. {title}" for number, title, name in listed} == titles()


def test_references_lead_to_a_page() -> None:
    texts = {path: path.read_text() for pattern in WRITTEN for path in ROOT.glob(pattern)}
    found = [int(number) for text in texts.values() for number in re.findall(r"\bdecisions? (\d+)", text)]
    assert found
    assert set(found) <= set(NUMBERS)
    files = [name for text in texts.values() for name in re.findall(r"decisions/(\d{4}[\w-]*\.md)", text)]
    assert files
    assert set(files) <= set(titles())
