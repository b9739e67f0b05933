"""What of a real account is one stack's: read from its stack file, so that a tool looks for names and marks alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from components.naming import Names
from ops.stack_file import names_of, settings_of


@dataclass(frozen=True)
class Estate:
    """Whose leftovers are looked for, and by what they are known."""

    names: Names
    production: bool
    clusters: tuple[str, ...]
    """Names of the stack's EKS clusters."""
    domain: str

    @classmethod
    def of(cls, stack: str, root: Path) -> Estate:
        """The estate of ``Pulumi.<stack>.yaml`` in ``root``.

        ``FileNotFoundError`` where there is none, ``ValueError`` or ``pulumi.RunError`` where it is wrong.
        """
        settings = settings_of(stack, root)
        names, identity = names_of(settings), settings.stack
        return cls(
            names=names,
            production=identity.production,
            clusters=tuple(names.cluster(key) for key in settings.clusters),
            domain=identity.domain,
        )
