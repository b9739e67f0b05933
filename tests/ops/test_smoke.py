from __future__ import annotations

from collections.abc import Callable

from ops.smoke import IN_A_ROW, unwell, urls_of


def script(*answers: bool) -> Callable[[str], bool]:
    """What each further question is answered; then for ever like the last."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def rest() -> None:
    """No pause."""


def test_hosts_of_the_stack_are_asked() -> None:
    assert urls_of("staging") == [
        "https://staging.toolboxai.example.com/health",
        "https://api.staging.toolboxai.example.com/health",
    ]


def test_good_answers_in_a_row_are_wanted() -> None:
    assert unwell(["a"], IN_A_ROW, script(True), rest) == []
    assert unwell(["a"], IN_A_ROW, script(True, False, True), rest) == ["a"]
    assert unwell(["a"], IN_A_ROW + 2, script(True, False, True), rest) == []


def test_one_that_is_unwell_is_named() -> None:
    assert unwell(["a", "b"], 5, lambda url: url == "a", rest) == ["b"]


def test_nobody_is_asked_longer_than_needed() -> None:
    pauses: list[None] = []
    assert unwell(["a"], 50, script(True), lambda: pauses.append(None)) == []
    assert len(pauses) == IN_A_ROW - 1
