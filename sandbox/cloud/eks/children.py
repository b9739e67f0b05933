"""Making a component's children: goals out of values that know what they depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from sandbox.cloud.eks.arguments import Arguments
from sandbox.cloud.eks.values import NOTHING, Input, as_json, plain
from sandbox.model import UNKNOWN, Resource, Value
from sandbox.protocol.convert import reference
from sandbox.protocol.goal import Goal

AWS_VERSION: Final = "7.25.0"
KUBERNETES_VERSION: Final = "4.19.0"
"""The plugins that the component brings for its children: nodejs/eks/package.json."""

_SERVICE_ROLE: Final = "eks:index:ServiceRole"

T = TypeVar("T")
Steps: TypeAlias = Generator[Goal, "Resource | None", T]
"""Yields the goals of children, wants each back as made, and returns something in the end."""


class Children:
    """Makes the children of one component. Every method is a generator of goals."""

    def __init__(self, name: str, urn: str, arguments: Arguments) -> None:
        self.name = name
        self._urn = urn
        self._tags = arguments.get("tags")

    def make(
        self,
        type_: str,
        name: str,
        parts: Mapping[str, Input],
        *,
        parent: str = "",
        after: Sequence[str] = (),
        provider: str = "",
        ignore_changes: Sequence[str] = (),
    ) -> Steps[Resource]:
        """A resource of its own type, below the component unless ``parent`` says otherwise."""
        inputs, by_property, together = plain(parts)
        kubernetes = type_.startswith(("kubernetes:", "pulumi:providers:kubernetes"))
        made = yield Goal(
            type_,
            name,
            custom=not type_.startswith("eks:"),
            inputs=inputs,
            parent=parent or self._urn,
            dependencies=sorted({*together, *after}),
            property_dependencies=by_property,
            provider=provider,
            version=KUBERNETES_VERSION if kubernetes else AWS_VERSION,
            ignore_changes=list(ignore_changes),
        )
        if made is None:
            raise RuntimeError(f"{type_} {name} was not made")
        return made

    def service_role(
        self, name: str, service: str, policies: Sequence[str], **more: Input
    ) -> Steps[tuple[Resource, frozenset[str]]]:
        """A ServiceRole component: the role, and the URNs of role and attachments, what a resolved role waits for."""
        tags = self._tags
        actions = more.get("assumeRoleActions", NOTHING)
        policy_inputs: list[Value] = [
            {"id": f"arn:aws:iam::aws:policy/{policy}", "arn": f"arn:aws:iam::aws:policy/{policy}"}
            for policy in policies
        ]
        component = yield from self.make(
            _SERVICE_ROLE,
            name,
            {"service": Input(service), "managedPolicyArns": Input(policy_inputs), "tags": tags, **more},
        )
        statement: Value = {
            "Action": actions.or_else(["sts:AssumeRole"]).value,
            "Effect": "Allow",
            "Principal": {"Service": [service]},
        }
        role = yield from self.make(
            "aws:iam/role:Role",
            f"{name}-role",
            {
                "description": more.get("description", NOTHING),
                "assumeRolePolicy": Input(as_json({"Version": "2012-10-17", "Statement": [statement]})),
                "tags": tags,
            },
            parent=component.urn,
        )
        urns = {role.urn}
        for policy in policies:
            arn = f"arn:aws:iam::aws:policy/{policy}"
            # not for secrecy: the component shortens the policy's ARN so
            short = hashlib.sha1(arn.encode(), usedforsecurity=False).hexdigest()[:8]
            attachment = yield from self.make(
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                f"{name}-{short}",
                {"policyArn": Input(arn), "role": output(role, "name")},
                parent=component.urn,
            )
            urns.add(attachment.urn)
        component.outputs = {"directRole": ref(role), "resolvedRole": ref(role)}
        return role, frozenset(urns)

    def component(
        self, type_: str, name: str, parts: Mapping[str, Input], provider: Resource, after: Sequence[str]
    ) -> Steps[Resource]:
        """A component inside the component, whose Kubernetes provider is ``provider``."""
        inputs, by_property, together = plain(parts)
        made = yield Goal(
            type_,
            name,
            custom=False,
            inputs=inputs,
            parent=self._urn,
            dependencies=sorted({*together, *after}),
            property_dependencies=by_property,
            providers={"kubernetes": f"{provider.urn}::{provider.id}"},
        )
        if made is None:
            raise RuntimeError(f"{type_} {name} was not made")
        return made


def output(resource: Resource, key: str) -> Input:
    """An output of a child, which depends on it; ``id`` as the SDK has it."""
    urns = frozenset([resource.urn])
    if key == "id":
        return Input(resource.id or UNKNOWN, urns)
    return Input(resource.outputs.get(key), urns)


def ref(resource: Resource) -> dict[str, Value]:
    """A reference to a resource, as the component's outputs hold it."""
    version = KUBERNETES_VERSION if "kubernetes" in resource.type.split(":")[0:3] else AWS_VERSION
    return reference(resource.urn, resource.id if resource.custom else None, version if resource.custom else "")
