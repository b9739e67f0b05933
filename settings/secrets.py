"""Values that look like secrets: none belongs in a stack file, so each is refused and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from components.model import Problem

HIDDEN: Final = "(hidden)"
"""What stands in an error instead of what may be a secret."""

_FORMS: Final = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a Slack webhook", re.compile(r"hooks\.slack\.com/services/\w+/\w+/\w+")),
    ("an API key", re.compile(r"\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{20,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.")),
    ("a password in a URL", re.compile(r"://[^/\s:@]+:[^/\s:@]+@")),
)
_TELLING_KEY: Final = re.compile(
    r"(?:^|[_-]|(?<=[a-z0-9])(?=[A-Z]))"
    r"(?i:password|passwords|passwd|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)$"
)


def secret_looking(raw: object, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Every value below ``raw`` that has the form of a secret, or stands under a key such as ``password``."""
    for at, form in _found(raw, path):
        yield Problem(
            at,
            HIDDEN,
            f"this looks like {form}: keep it in AWS Secrets Manager and name it here "
            "(a value that has been committed must be revoked)",
        )


def hidden(value: object, path: tuple[str | int, ...]) -> object:
    """``value``, which stands at ``path``, with ``HIDDEN`` for everything below it that looks like a secret."""
    if isinstance(value, Mapping):
        return {key: hidden(it, (*path, str(key))) for key, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [hidden(it, (*path, index)) for index, it in enumerate(value)]
    return HIDDEN if _form(value, path) is not None else value


def _found(raw: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from _found(value, (*path, str(key)))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _found(value, (*path, index))
    elif (form := _form(raw, path)) is not None:
        yield path, form


def _form(value: object, path: tuple[str | int, ...]) -> str | None:
    """What sort of secret a value looks like, ``None`` where it looks like none."""
    if isinstance(value, str):
        form = next((form for form, pattern in _FORMS if pattern.search(value)), None)
        if form is not None:
            return form
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    scalar = isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""
    if scalar and _TELLING_KEY.search(key):
        return "a secret, by its key"
    return None
