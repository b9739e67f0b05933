"""What can go wrong in a run, as exceptions whose text is for the person at the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model import Run


class SandboxError(Exception):
    """Base of what the sandbox itself refuses; its text stands alone, without a traceback."""


class SettingsRefused(SandboxError):  # noqa: N818 - named for what happened, as the command line prints it
    """The stack's settings are wrong: what the program, or the loader of its files, says about them."""


class ExportRefused(SandboxError):  # noqa: N818 - the same
    """A file is no version 3 deployment of one stack."""


class InvokeFailed(SandboxError):  # noqa: N818 - the same
    """A function of a provider was called that the simulated cloud doesn't know, or with wrong arguments."""


class Unsupported(SandboxError):  # noqa: N818 - the same
    """The program asks something of Pulumi that the sandbox doesn't do; left out in silence it would mislead."""


class ResourceFailed(SandboxError):  # noqa: N818 - the same
    """A resource could not be made.

    ``reasons`` says why, one entry a wrong property; ``run`` is what had been made by then, for a report.
    """

    def __init__(self, urn: str, type_: str, name: str, reasons: Sequence[str]) -> None:
        self.urn = urn
        self.type = type_
        self.name = name
        self.reasons = tuple(reasons)
        self.run: Run | None = None
        detail = self.reasons[0] if len(self.reasons) == 1 else "".join(f"\n  - {reason}" for reason in self.reasons)
        super().__init__(f"{type_} {name!r} ({urn}): {detail}")
