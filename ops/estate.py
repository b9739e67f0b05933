"""What of a real account is one stack's: read from its stack file, so that a tool looks for names and marks alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from components.naming import Names
from settings import StackSettings

PREFIX = "platform:"


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

        ``FileNotFoundError`` where there is none, ``pulumi.RunError`` where its settings are wrong.
        """
        file = root / f"Pulumi.{stack}.yaml"
        config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
        raw = {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)}
        settings = StackSettings.parse(raw, project=PREFIX.rstrip(":"), file=file.name)
        identity = settings.stack
        names = Names(identity.platform, identity.env, identity.account_id, identity.region)
        return cls(
            names=names,
            production=identity.production,
            clusters=tuple(names.cluster(key) for key in settings.clusters),
            domain=identity.domain,
        )
