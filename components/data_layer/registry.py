"""The registry: a repository for each image of ours, with tags that never move and scans on every push."""

from __future__ import annotations

import json
from typing import Annotated, Final

import pulumi
import pulumi_aws as aws
from pydantic import Field, StringConstraints

from components.data_classes import DataClass
from components.data_layer.site import Site
from components.data_layer.stores import Purpose, Store
from components.model import Days, each_once

ImageName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", max_length=200)
]
"""The last part of a repository's name (ECR's own pattern)."""

KEEP_UNTAGGED_DAYS: Final = 7
"""Layers that no tag names: what a failed or repeated push leaves."""


class RegistrySettings(Store):
    """The repositories ``<platform>/<env>/<image>``."""

    data_class: DataClass = DataClass.INTERNAL
    purpose: Purpose = "Images of our own services, as built and scanned"
    retention_days: Days | None = 730
    """Days until an image goes, however many there are."""
    keep_images: Annotated[int, Field(ge=5, le=1000, strict=True)] = 100
    """Tagged images kept of each service; the oldest go first."""
    images: Annotated[list[ImageName], Field(min_length=1), each_once("image")]
    """One repository each."""


def lifecycle(settings: RegistrySettings) -> dict[str, object]:
    """The repositories' lifecycle policy; rules in rising priority, as ECR gives them back."""
    rules: list[dict[str, object]] = [
        {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": KEEP_UNTAGGED_DAYS,
        },
        {
            "tagStatus": "tagged",
            "tagPatternList": ["*"],
            "countType": "imageCountMoreThan",
            "countNumber": settings.keep_images,
        },
        {
            "tagStatus": "any",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": settings.retention_days,
        },
    ]
    if settings.retention_days is None:
        rules.pop()
    return {
        "rules": [
            {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}
            for priority, selection in enumerate(rules, start=1)
        ]
    }


def make_repositories(settings: RegistrySettings, site: Site, parent: pulumi.Resource) -> dict[str, aws.ecr.Repository]:
    """A repository for each image. No repository policy: roles of the account pull and push by their own rights."""
    context = site.context
    policy = json.dumps(lifecycle(settings))
    tags = context.tags(settings.data_class)
    leaf = pulumi.ResourceOptions(parent=parent, protect=context.protect or None)
    child = pulumi.ResourceOptions(parent=parent)
    made: dict[str, aws.ecr.Repository] = {}
    for image in settings.images:
        made[image] = repository = aws.ecr.Repository(
            image,
            name=context.names.repository(image),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": site.keys.data.arn}],
            # a repository with images in it is not deleted otherwise
            force_delete=not context.production,
            tags=tags,
            opts=leaf,
        )
        aws.ecr.LifecyclePolicy(image, repository=repository.name, policy=policy, opts=child)
    return made
