"""Kubernetes objects in all the forms in which Pulumi makes them: each version of an API, lists, patches.

Rules name a kind once, as ``kubernetes:apps/v1:Deployment``. What has another version (``v1beta1``), the group's older
name (``extensions``), the form of a raw CustomResource (``kubernetes:v1:Pod``), of a list or of a patch is the same
kind. A patch (server-side apply of some fields) is judged by the fields that it has: the others are not its business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from .core.reading import Field
from .core.rules import About, Config, Finding, Resource, Result, Rule

_TYPE: Final = re.compile(r"kubernetes:(?:(?P<group>[^/:]+)/)?v\d[a-z0-9]*:(?P<kind>\w+?)(?P<form>List|Patch)?")
_MOVED: Final[Mapping[str, str]] = {
    "DaemonSet": "apps",
    "Deployment": "apps",
    "Ingress": "networking.k8s.io",
    "NetworkPolicy": "networking.k8s.io",
    "ReplicaSet": "apps",
}
"""Where the kinds of the group ``extensions`` live now."""


@cache
def canonical(resource_type: str) -> str:
    """The kind of what a Kubernetes resource holds, whatever its version and form; any other type as it is."""
    match = _TYPE.fullmatch(resource_type)
    if match is None:
        return resource_type
    group, kind = match["group"] or "core", match["kind"]
    if group == "extensions":
        group = _MOVED.get(kind, group)
    return f"kubernetes:{group}/v1:{kind}"


@cache
def _form(resource_type: str) -> str:
    match = _TYPE.fullmatch(resource_type)
    return (match["form"] or "") if match else ""


def objects(resource: Resource) -> Iterator[Resource]:
    """The objects that a resource holds: the items of a list, else itself."""
    kind = canonical(resource.type)
    if _form(resource.type) != "List":
        yield resource if kind == resource.type else replace(resource, type=kind)
        return
    items = resource["items"]
    # a list that isn't known yet is shown as one object of which nothing is known: the rule then says so
    for item in [items[0]] if items.unknown else items.each():
        yield replace(resource, type=kind, props=item)


def _given(field: Field) -> Iterator[str]:
    """The paths of everything that is there."""
    yield field.path
    for key in field.keys:
        yield from _given(field[key])
    if isinstance(field.value, list):
        for item in field.each():
            yield from _given(item)


def _of_patch(results: Iterable[Result], props: Field) -> Iterator[Result]:
    given = set(_given(props))
    return (it for it in results if not isinstance(it, Finding) or it.path in given)


def object_rule(
    about: About, covers: Callable[[str], bool], check: Callable[[Resource, Config], Iterable[Result]]
) -> Rule:
    """A rule that is asked about each object of its kinds; ``covers`` and ``check`` see the kind's one name."""

    def checked(resource: Resource, config: Config) -> Iterator[Result]:
        for one in objects(resource):
            found = check(one, config)
            yield from _of_patch(found, one.props) if _form(resource.type) == "Patch" else found

    return Rule(about, lambda name: covers(canonical(name)), checked)
