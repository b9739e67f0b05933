"""What admission policies say of an object: the API server's own steps, with the CEL really evaluated.

Written from the API's documentation (ValidatingAdmissionPolicy, v1), without a line of the kit. Kubernetes' own
extensions of CEL that the evaluator lacks are given as functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import cel

Object = Mapping[str, Any]
_RESOURCES = {
    "Pod": ("", "pods"),
    "Deployment": ("apps", "deployments"),
    "StatefulSet": ("apps", "statefulsets"),
    "DaemonSet": ("apps", "daemonsets"),
    "ReplicaSet": ("apps", "replicasets"),
    "Job": ("batch", "jobs"),
    "CronJob": ("batch", "cronjobs"),
}


@dataclass
class Admission:
    """The policies, bindings and parameters among ``objects``, and the namespaces that they are asked about."""

    objects: Iterable[Object]
    policies: dict[str, Object] = field(init=False)
    bindings: list[Object] = field(init=False)
    maps: dict[tuple[str, str], Object] = field(init=False)
    namespaces: dict[str, Object] = field(init=False)

    def __post_init__(self) -> None:
        objects = list(self.objects)

        def of_kind(kind: str) -> Iterator[Object]:
            return (o for o in objects if o["kind"] == kind)

        self.policies = {o["metadata"]["name"]: o["spec"] for o in of_kind("ValidatingAdmissionPolicy")}
        self.bindings = [o["spec"] for o in of_kind("ValidatingAdmissionPolicyBinding")]
        self.maps = {(o["metadata"]["namespace"], o["metadata"]["name"]): o for o in of_kind("ConfigMap")}
        self.namespaces = {o["metadata"]["name"]: o["metadata"].get("labels") or {} for o in of_kind("Namespace")}

    def refusals(
        self, obj: Object, *, old: Object | None = None, subresource: str = "", operation: str | None = None
    ) -> dict[str, str]:
        """By policy, why the API server would refuse ``obj`` (``old``: what stood there before)."""
        operation = operation or ("CREATE" if old is None else "UPDATE")
        found = {}
        for binding in self.bindings:
            name = binding["policyName"]
            policy = self.policies[name]
            if not self._bound(binding, obj) or not _matches(policy, obj, operation, subresource):
                continue
            assert "Deny" in binding["validationActions"], name
            message = self._verdict(policy, binding, obj, old, operation)
            if message is not None:
                found[name] = message
        return found

    def _bound(self, binding: Object, obj: Object) -> bool:
        wanted = binding["matchResources"]["namespaceSelector"]["matchLabels"]
        labels = self.namespaces.get(obj["metadata"]["namespace"], {})
        return bool(wanted) and wanted.items() <= labels.items()

    def _verdict(self, policy: Object, binding: Object, obj: Object, old: Object | None, operation: str) -> str | None:
        known: dict[str, Any] = {"object": obj, "oldObject": old, "request": {"operation": operation}}
        ref = binding.get("paramRef")
        assert (ref is None) == ("paramKind" not in policy)
        if ref is not None:
            if (ref["namespace"], ref["name"]) not in self.maps:
                return None if ref["parameterNotFoundAction"] == "Allow" else "no parameters"
            known["params"] = self.maps[ref["namespace"], ref["name"]]
        try:
            context = _context(known)
            if not all(_program(c["expression"]).execute(context) for c in policy.get("matchConditions") or ()):
                return None
            variables: dict[str, Any] = {}
            for variable in policy.get("variables") or ():
                context.add_variable("variables", variables)
                variables[variable["name"]] = _program(variable["expression"]).execute(context)
            context.add_variable("variables", variables)
            for validation in policy["validations"]:
                if _program(validation["expression"]).execute(context) is not True:
                    said = _program(validation["messageExpression"]).execute(context)
                    assert isinstance(said, str)
                    assert "\n" not in said
                    return said
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            return None if policy["failurePolicy"] == "Ignore" else f"error: {error}"
        return None


@cache
def _program(expression: str) -> cel.Program:
    return cel.compile(expression)


def _context(known: Mapping[str, Any]) -> cel.Context:
    context = cel.Context(variables=dict(known))
    context.add_function("join", lambda texts, by: by.join(texts))
    context.add_function("dyn", lambda value: value)
    return context


def _matches(policy: Object, obj: Object, operation: str, subresource: str) -> bool:
    group, plural = _RESOURCES[obj["kind"]]
    resource = f"{plural}/{subresource}" if subresource else plural
    return any(
        group in rule["apiGroups"]
        and "v1" in rule["apiVersions"]
        and operation in rule["operations"]
        and resource in rule["resources"]
        for rule in policy["matchConstraints"]["resourceRules"]
    )


def made_of(obj: Object) -> Iterator[Object]:
    """What the cluster's controllers make of ``obj``: a ReplicaSet, a Job, Pods, as they would ask for them."""
    meta, kind, spec = obj["metadata"], obj["kind"], obj.get("spec") or {}
    made: Literal["ReplicaSet", "Job", "Pod"]
    if kind == "CronJob":
        made, template = "Job", spec["jobTemplate"]
    elif kind in _RESOURCES and kind != "Pod":
        made, template = "Pod", spec["template"]
        if kind == "Deployment":
            yield {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "metadata": {**meta, **(template.get("metadata") or {}), "name": f"{meta['name']}-7f9"},
                "spec": {"template": template},
            }
    else:
        return
    inner = {**(template.get("metadata") or {}), "namespace": meta["namespace"], "name": f"{meta['name']}-x1"}
    one: Object = {"kind": made, "metadata": inner, "spec": template["spec"]}
    yield one
    yield from made_of(one)
