"""Where data stands: nothing leaves the allowed regions, neither a resource nor a copy of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from .core.reading import Field
from .core.rules import About, Config, Resource, Result, Rule, Setting, Unseen, strings, wrong
from .tags import data_class

_PROVIDER: Final = "pulumi:providers:aws"
_NO_REGION: Final = frozenset({"", "*", "global", "aws-global"})
_ARN_PARTS: Final = 6


def _arn_region(field: Field) -> str:
    parts = field.text.split(":", _ARN_PARTS - 1)
    return parts[3] if len(parts) == _ARN_PARTS and parts[0] == "arn" else ""


_IMAGES: Final = ("replicationConfiguration", "rules", "destinations", "region")
_COPIES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:dynamodb/globalTable:GlobalTable": ("replicas", "regionName"),
    "aws:dynamodb/table:Table": ("replicas", "regionName"),
    "aws:dsql/cluster:Cluster": ("multiRegionProperties", "witnessRegion"),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _IMAGES,
    "aws:efs/replicationConfiguration:ReplicationConfiguration": ("destination", "region"),
    "aws:keyspaces/keyspace:Keyspace": ("replicationSpecification", "regionLists"),
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": ("destinationRegion",),
    "aws:rds/snapshotCopy:SnapshotCopy": ("destinationRegion",),
    "aws:redshift/snapshotCopy:SnapshotCopy": ("destinationRegion",),
    "aws:secretsmanager/secret:Secret": ("replicas", "region"),
    "aws:ssmincidents/replicationSet:ReplicationSet": ("regions", "name"),
}
"""Inputs that name another region: of replicas and their like. Each step but the last may be a list."""

_COPY_ARNS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:backup/plan:Plan": ("rules", "copyActions", "destinationVaultArn"),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": ("sourceDbInstanceArn",),
}
"""Inputs that are ARNs of where a copy goes to, or comes from."""


def _all(at: Field, way: tuple[str, ...]) -> list[Field]:
    """Everything on the way, through lists; what is unknown stops there."""
    fields = [at]
    for step in way:
        below = [field if field.unknown else field[step] for field in fields]
        fields = [item for field in below for item in (field.each() if isinstance(field.value, list) else [field])]
    return fields


def _allowed(region: str, globs: list[str]) -> bool:
    return region in _NO_REGION or any(fnmatchcase(region, glob) for glob in globs)


def _globs(resource: Resource, config: Config) -> list[str]:
    by_class = config.table("class_regions")
    if by_class and resource.type != _PROVIDER:
        of_class = Field(by_class.get(data_class(resource)))
        if not of_class.empty:
            return [it.text for it in of_class.each()]
    return config.texts("regions")


def check_residency(resource: Resource, config: Config) -> Iterator[Result]:
    """The resource's own region, its provider's, and those of its copies are allowed ones."""
    globs = _globs(resource, config)
    advice = f"write a region of {', '.join(globs)}: the data may not leave them"
    own = resource["region"]
    copies = _COPIES.get(resource.type, ())
    fields = [own, *(_all(resource.props, copies) if copies else ())]
    if resource.type == _PROVIDER and own.missing:
        yield wrong(own, "write the region: without it the machine that runs the update decides")
    for field in fields:
        if field.unknown:
            yield Unseen(field.path)
        elif not _allowed(field.text, globs):
            yield wrong(field, advice)
    copies = _COPY_ARNS.get(resource.type, ())
    for field in _all(resource.props, copies) if copies else ():
        if not _allowed(_arn_region(field), globs):  # an ARN that is not known yet is judged by its own resource
            yield wrong(field, advice)
    if own.missing and resource.provider is not None and resource.provider.type == _PROVIDER:
        region = resource.provider.props["region"]
        if not region.unknown and not _allowed(region.text, globs):
            yield wrong(own, f"{advice}; the provider's is another")


residency = Rule(
    About(
        name="residency",
        description="Resources, replicas and backup copies stand in the allowed regions.",
        severity="high",
        remedy="Name an allowed region, or leave the copy out for a class that may not be copied there.",
        controls={"FERPA": ("99.33",), "GDPR": ("44",), "COPPA": ("312.8",), "SOC 2": ("C1.1",)},
        settings={
            "regions": strings(["us-*"], "Globs over the regions that data may stand in."),
            "class_regions": Setting(
                {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
                {},
                "Globs by data class, for a class that may stand in fewer regions than the others.",
            ),
        },
    ),
    lambda name: name.startswith("aws:") or name == _PROVIDER,
    check_residency,
)
