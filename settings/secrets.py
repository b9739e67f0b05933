"""Values that look like secrets: none belongs in a stack file, so each is refused and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from components.model import Problem

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
    r"(?:^|_)(?:password|passwd|secret|token|api_?key|private_?key|access_?key)$", re.IGNORECASE
)


def secret_looking(raw: object, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Every text below ``raw`` that has the form of a secret, or stands under a key such as ``password``."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from secret_looking(value, (*path, str(key)))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from secret_looking(value, (*path, index))
    elif isinstance(raw, str):
        form = next((form for form, pattern in _FORMS if pattern.search(raw)), None)
        if form is None and raw and path and _TELLING_KEY.search(str(path[-1])):
            form = "a secret, by its key"
        if form is not None:
            yield Problem(
                path,
                "(hidden)",
                f"this looks like {form}: keep it in AWS Secrets Manager and name it here "
                "(a value that has been committed must be revoked)",
            )
