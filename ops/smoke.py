"""Asks a stack from outside whether it is well: every host that it answers to, until all have, a few times in a row.

``python -m ops.smoke STACK [--minutes N]`` ends with 1 where one of them hasn't by then.
"""

from __future__ import annotations

import argparse
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from components.edge.hosts import Hosts
from ops.stack_file import settings_of

PATH: Final = "/health"
IN_A_ROW: Final = 3
"""Good answers one after another: one may come from a release that is just being replaced."""
PAUSE_SECONDS: Final = 10
TIMEOUT_SECONDS: Final = 5


def urls_of(stack: str) -> list[str]:
    """What is asked."""
    identity = settings_of(stack).stack
    return [f"https://{host}{PATH}" for host in Hosts(identity.domain, identity.region).served]


def answers(url: str) -> bool:
    """Whether ``url`` answers that all is well."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - https, from our settings
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, TimeoutError, OSError):
        return False


def unwell(
    urls: Sequence[str], tries: int, ask: Callable[[str], bool] = answers, pause: Callable[[], None] | None = None
) -> list[str]:
    """Those of ``urls`` that didn't answer well ``IN_A_ROW`` times within ``tries`` rounds."""
    rest = pause if pause is not None else lambda: time.sleep(PAUSE_SECONDS)
    row = dict.fromkeys(urls, 0)
    for number in range(tries):
        for url in urls:
            if row[url] < IN_A_ROW:
                row[url] = row[url] + 1 if ask(url) else 0
        if all(count >= IN_A_ROW for count in row.values()):
            return []
        if number < tries - 1:
            rest()
    return [url for url, count in row.items() if count < IN_A_ROW]


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m ops.smoke", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("--minutes", type=int, default=15)
    given = parser.parse_args(arguments)
    found = unwell(urls_of(given.stack), max(IN_A_ROW, given.minutes * 60 // PAUSE_SECONDS))
    for url in found:
        sys.stderr.write(f"{url} didn't answer well {IN_A_ROW} times in a row\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
