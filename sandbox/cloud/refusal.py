"""How the simulated cloud refuses."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):  # noqa: N818 - named for what happened
    """Inputs or arguments that a provider would not take; one reason for each wrong property."""

    def __init__(self, reasons: Sequence[str] | str) -> None:
        self.reasons = (reasons,) if isinstance(reasons, str) else tuple(reasons)
        super().__init__("; ".join(self.reasons))
