"""Who comes into a cluster, and where each may do what: from the access entries of a stack file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from components.eks_cluster.settings import Access, AccessLevel
from components.kubernetes.namespace import NamespaceDeclaration
from components.kubernetes.team_access import TeamLevel


@dataclass(frozen=True)
class Teams:
    """Who comes into a cluster by its access entries, and where each may do what."""

    groups: Mapping[str, tuple[TeamLevel, frozenset[str]]]
    """Level and namespaces of each group; no namespace: all of them."""

    @classmethod
    def of(cls, access: Mapping[str, Access]) -> Teams:
        """The groups of ``access``. ``break-glass`` has none: EKS itself gives it everything."""
        levels: dict[AccessLevel, TeamLevel] = {
            AccessLevel.ADMIN: "admin",
            AccessLevel.DEVELOPER: "developer",
            AccessLevel.READ_ONLY: "read-only",
        }
        return cls(
            {
                entry.group(key): (levels[entry.level], frozenset(entry.namespaces))
                for key, entry in access.items()
                if entry.level in levels
            }
        )

    @property
    def levels(self) -> tuple[TeamLevel, ...]:
        """The levels whose roles are needed: of every group, and for those who see the whole cluster."""
        held = {level for level, _ in self.groups.values()}
        if self.everywhere:
            held.add("read-only")
        return tuple(level for level in get_args(TeamLevel) if level in held)

    @property
    def everywhere(self) -> tuple[str, ...]:
        """Groups that see the whole cluster: those that name no namespace."""
        return tuple(group for group, (_, where) in self.groups.items() if not where)

    def of_namespace(self, ns: NamespaceDeclaration) -> dict[TeamLevel, tuple[str, ...]]:
        """The groups of one namespace by level. A vendor's namespace is nobody's to run."""
        return {
            level: found
            for level in self.levels
            if (found := tuple(self._in(ns, level))) and (level == "read-only" or not ns.exists)
        }

    def _in(self, ns: NamespaceDeclaration, level: TeamLevel) -> Iterator[str]:
        for group, (held, where) in self.groups.items():
            # who sees the whole cluster is bound once
            if held == level and (ns.name in where or (not where and level != "read-only")):
                yield group
