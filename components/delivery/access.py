"""What Argo CD itself may do in a namespace that it delivers to: Roles of ours, since the chart gives it none."""

from __future__ import annotations

from typing import Final

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.rbac_v1 import PolicyRule, Role, RoleBinding, RoleRef, Subject

from components.delivery.kinds import KINDS, OBSERVED
from components.delivery.settings import NAMESPACE
from components.kubernetes import labels as label
from components.kubernetes.manifest import Manifest

CONTROLLER: Final = "argocd-application-controller"
SERVER: Final = "argocd-server"
_SEE: Final = ("get", "list", "watch")
_WRITE: Final = (*_SEE, "create", "update", "patch", "delete")


def roles(namespace: str) -> list[Manifest]:
    """The controller writes what it delivers and sees what comes of it; the server sees, and reads logs."""
    delivered: dict[str, list[str]] = {}
    for kind, plural in KINDS.items():
        delivered.setdefault(kind.group, []).append(plural)
    seen = [_rule(group, list(plurals), _SEE) for group, plurals in OBSERVED.items()]
    written = [_rule(group, plurals, _WRITE) for group, plurals in delivered.items()]
    looked_at = [_rule(group, plurals, _SEE) for group, plurals in delivered.items()]
    logs = _rule("", ["pods/log"], ("get",))
    return [
        *_bound(namespace, CONTROLLER, [*written, *seen]),
        *_bound(namespace, SERVER, [*looked_at, *seen, logs]),
    ]


def _rule(group: str, plurals: list[str], verbs: tuple[str, ...]) -> PolicyRule:
    return PolicyRule(apiGroups=[group], resources=plurals, verbs=list(verbs))


def _bound(namespace: str, account: str, rules: list[PolicyRule]) -> list[Manifest]:
    labels = label.standard_labels(account, component="delivery", part_of="argocd")
    return [
        Role(metadata=ObjectMeta(name=account, namespace=namespace, labels=labels), rules=rules),
        RoleBinding(
            metadata=ObjectMeta(name=account, namespace=namespace, labels=labels),
            roleRef=RoleRef(apiGroup="rbac.authorization.k8s.io", kind="Role", name=account),
            subjects=[Subject(kind="ServiceAccount", name=account, namespace=NAMESPACE)],
        ),
    ]
