"""Small pieces of the rules' messages."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def snake(name: str) -> str:
    """``storageEncrypted`` as Python's SDK writes it: ``storage_encrypted``."""
    return _CAPITAL.sub("_", name).lower()
