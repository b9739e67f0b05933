"""AWS Backup: which resources a plan covers, and what its vaults are."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from controls.fsbp.lines import line
from controls.graph import Graph, Resource, aws, dig, rows, texts
from controls.judges import each, finding, there
from controls.model import Control, Finding, Judge

VAULT: Final = aws("backup.Vault")
SELECTION: Final = aws("backup.Selection")


def _covers(selection: Resource, resource: Resource) -> bool:
    """Whether a selection takes ``resource``: by ARN or pattern and not left out, or by a tag."""
    arn = str(resource.outputs.get("arn", ""))
    if any(fnmatchcase(arn, pattern) for pattern in texts(selection.get("notResources"))):
        return False
    tags = resource.get("tagsAll") or resource.get("tags")
    tagged = any(dig(tags, str(row.get("key"))) == row.get("value") for row in selection.rows("selectionTags"))
    conditions = rows(selection.get("conditions"))
    named = any(fnmatchcase(arn, pattern) for pattern in texts(selection.get("resources"))) and not conditions
    return bool(arn) and (named or tagged)


def backed_up(*types: str) -> Judge:
    """A selection of a plan that stands in the stack covers every resource of ``types``."""

    def judge(graph: Graph) -> Iterator[Finding]:
        plans = {plan.id for plan in graph.of(aws("backup.Plan")) if there(plan.get("rules"))}
        live = [it for it in graph.of(SELECTION) if it.text("planId") in plans]
        for resource in graph.of(*types):
            by = next((it for it in live if _covers(it, resource)), None)
            if by is None:
                yield finding(resource, "", False, "no selection of a backup plan names it")
            else:
                yield finding(by, "resources", True, resource.outputs.get("arn"))

    return judge


CONTROLS: Final[tuple[Control, ...]] = (
    line("Backup.1", "Recovery points are encrypted", VAULT, each(VAULT, "kmsKeyArn", there)),
)
"""The lines about AWS Backup."""

__all__ = ["CONTROLS", "backed_up"]
