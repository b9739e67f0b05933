"""Tags: which a resource has, wherever they stand, and which it must have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from .core.reading import Field, plain
from .core.rules import About, Config, Finding, Resource, Result, Rule, Unseen, flag, strings

MANDATORY: Final = ("Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy")
"""Tags that cost, ownership and every rule about data classes stand on."""

COMPLIANCE: Final = "Compliance"
PUPILS: Final = ("education-record", "child-pii")
"""Classes of pupils' own data: what holds them names the regulations too."""

CLASSES: Final = ("public", "internal", "education-record", "child-pii", "operational-log", "audit")

_OUT_OF_REACH: Final = frozenset({"aws:autoscaling/group:Group"})
"""Types whose tags are a list of their own, which no default tags reach."""

_NODE_CLASSES: Final = frozenset(
    f"kubernetes:karpenter.k8s.aws/{version}:EC2NodeClass" for version in ("v1", "v1beta1")
)
_LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_STAMPED: Final = frozenset({"instance", "volume"})
"""What a launch template makes that no default tags reach."""


@cache
def untaggable() -> frozenset[str]:
    """AWS types that take no tags, as of the SDK that the pack was made with; any other type takes them."""
    return frozenset(Path(__file__).with_name("untaggable.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True)
class Tags:
    """A resource's known tags. ``whole`` is false while some of them may exist that are not known yet."""

    values: Mapping[str, Field]
    whole: bool

    def text(self, name: str) -> str:
        """A tag's value, the empty text where it has none or it isn't known."""
        field = self.values.get(name)
        return field.text if field is not None else ""

    def unknown(self, name: str) -> bool:
        """Whether the tag may be there, with a value that isn't known."""
        field = self.values.get(name)
        return not self.whole if field is None else field.unknown


def _pairs(field: Field) -> dict[str, Field]:
    """Tags of an object, or of a list of keys and values (Auto Scaling groups)."""
    if isinstance(field.value, list):
        return {item["key"].text: item["value"] for item in field.each() if item["key"].text}
    return {key: field[key] for key in field.keys}


def _hides(field: Field) -> bool:
    """Whether there may be tags that are not known: the values of an object's keys are another matter."""
    return field.hidden or (isinstance(field.value, list) and any(item["key"].unknown for item in field.each()))


@lru_cache(maxsize=16)
def _decoded(text: str) -> Field:
    try:
        return Field(plain(json.loads(text)))
    except (ValueError, RecursionError):
        return Field({})


def _default_tags(resource: Resource) -> Field:
    """The provider's default tags; its inputs are JSON texts."""
    if resource.provider is None or resource.provider.type != "pulumi:providers:aws":
        return Field({})
    given = resource.provider.props["defaultTags"]
    return (_decoded(given.text) if given.text else given)["tags"]


def tags_of(resource: Resource) -> Tags:
    """Tags from everywhere: the provider's defaults, then ``tags``, then what its check filled ``tagsAll`` with."""
    sources = [resource["tags"], resource["tagsAll"]]
    if resource.type not in _OUT_OF_REACH:
        sources.insert(0, _default_tags(resource))
    values: dict[str, Field] = {}
    for source in sources:
        for key, field in _pairs(source).items():
            if not (field.unknown and key in values):
                values[key] = field
    return Tags(values, whole=not any(_hides(source) for source in sources))


def data_class(resource: Resource) -> str:
    """The resource's data class, the empty text where none is known."""
    return tags_of(resource).text("DataClass")


# --- mandatory-tags -------------------------------------------------------------------------------------------------


def takes_tags(resource_type: str) -> bool:
    """Whether resources of the type are tagged: every AWS type that isn't known to be untaggable."""
    return resource_type.startswith("aws:") and resource_type not in untaggable()


def _lacking(tags: Tags, config: Config, at: str) -> Iterator[Result]:
    wanted = config.texts("mandatory")
    if tags.text("DataClass") in PUPILS:
        wanted = [*wanted, COMPLIANCE]
    missing = [name for name in wanted if not tags.text(name).strip()]
    hidden = [name for name in missing if tags.unknown(name)]
    for name in hidden:
        yield Unseen(f"{at}.{name}")
    absent = [name for name in missing if name not in hidden]
    if absent:
        yield Finding(
            at,
            f"write {', '.join(absent)}: in the provider's defaultTags where the whole stack shares it, else here",
        )


def _stamped(resource: Resource, config: Config) -> Iterator[Result]:
    specifications = resource["tagSpecifications"]
    if specifications.unknown:
        yield Unseen(specifications.path)
        return
    found = set()
    for specification in specifications.each():
        kind = specification["resourceType"].text
        if kind in _STAMPED:
            found.add(kind)
            field = specification["tags"]
            yield from _lacking(Tags(_pairs(field), whole=not field.unknown), config, field.path)
    hidden = specifications.hidden or any(it["resourceType"].unknown for it in specifications.each())
    if hidden and _STAMPED - found:
        yield Unseen(specifications.path)
    elif _STAMPED - found:
        yield Finding(
            specifications.path,
            f"write tagSpecifications for {' and '.join(sorted(_STAMPED - found))}: default tags don't reach them",
        )


def check_tags(resource: Resource, config: Config) -> Iterator[Result]:
    """The mandatory tags are there, on the resource and on what it makes."""
    if resource.type in _NODE_CLASSES:
        field = resource.props.at("spec", "tags")
        yield from _lacking(Tags(_pairs(field), whole=not field.unknown), config, field.path)
        return
    if config.matches("untaggable", resource.type):
        return
    yield from _lacking(tags_of(resource), config, "tags")
    if resource.type == _LAUNCH_TEMPLATE:
        yield from _stamped(resource, config)


mandatory_tags = Rule(
    About(
        name="mandatory-tags",
        description="AWS resources carry the mandatory tags, by themselves or by their provider.",
        severity="medium",
        remedy="Put what the whole stack shares into the provider's defaultTags and the rest into tags. Tag values "
        "are constants: one that is not known yet hides them all.",
        controls={"SOC 2": ("CC6.1",), "COPPA": ("312.10",), "GDPR": ("30",)},
        settings={
            "mandatory": strings(MANDATORY, "Tags that every resource carries."),
            "untaggable": strings([], "Globs over AWS types that take no tags and that the pack does not know yet."),
        },
    ),
    lambda name: takes_tags(name) or name in _NODE_CLASSES,
    check_tags,
)


# --- data-class -----------------------------------------------------------------------------------------------------


def check_class(resource: Resource, config: Config) -> Iterator[Result]:
    """The class is one of the platform's, and pupils' own data is in production only."""
    tags = tags_of(resource)
    given = tags.text("DataClass")
    if not given:
        if tags.unknown("DataClass"):
            yield Unseen("tags.DataClass")
        return  # that it is missing altogether is for mandatory-tags
    if given not in config.texts("classes"):
        yield Finding("tags.DataClass", f"write one of {', '.join(config.texts('classes'))}")
    elif not config.on("production") and given in config.texts("production_only"):
        yield Finding("tags.DataClass", "write internal: outside production stores hold synthetic data only")


data_class_rule = Rule(
    About(
        name="data-class",
        description="The data class is one of the platform's; children's data stands in production only.",
        severity="high",
        remedy="Name the class of what the store holds. It decides how long, where and how closely watched it is kept.",
        controls={"COPPA": ("312.8", "312.10"), "FERPA": ("99.31",), "GDPR": ("25", "30"), "SOC 2": ("C1.1",)},
        settings={
            "classes": strings(CLASSES, "The data classes there are."),
            "production": flag(default=True, purpose="Whether the stack holds real data."),
            "production_only": strings(["child-pii"], "Classes that no store outside production may have."),
        },
    ),
    takes_tags,
    check_class,
)
