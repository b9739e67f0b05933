"""Admission policies for what Pod Security leaves open: a read-only root, resources, probes, images, labels, and more.

They are bound by a label that only namespaces of ours carry (``labels.OWNED``), never to the whole cluster: aws-node,
kube-proxy, the EBS CSI driver and GuardDuty's agent break most of these rules, and hook Jobs of charts some of them.
``namespace.platform_namespaces`` says of every other namespace why it is exempt. An existing object is judged anew only
where its spec or its labels change: a rule that came later must not keep a controller from taking a finalizer away.

The expressions are CEL as Kubernetes 1.36 has it (its string and list extensions included) and judge a Pod and whatever
makes Pods alike, so that a mistake is told where it was made and not by a ReplicaSet that fails in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lightkube.models.admissionregistration_v1 import (
    MatchCondition,
    MatchResources,
    NamedRuleWithOperations,
    ParamKind,
    ParamRef,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingAdmissionPolicyBindingSpec,
    ValidatingAdmissionPolicySpec,
    Validation,
    Variable,
)
from lightkube.models.core_v1 import ConfigMap
from lightkube.models.meta_v1 import LabelSelector, ObjectMeta

from components.kubernetes import labels as label
from components.kubernetes.manifest import Manifest

REGISTRIES: Final = "allowed-registries"
"""ConfigMap of the prefixes that an image may begin with, by a name for each."""
REQUIRED_LABELS: Final = (label.NAME, label.COMPONENT, label.PART_OF, label.MANAGED_BY)

_LASTING: Final = {"apps": ("deployments", "statefulsets")}
_MAKERS: Final = {"apps": ("deployments", "statefulsets", "daemonsets", "replicasets"), "batch": ("jobs", "cronjobs")}
_PODS: Final = {**_MAKERS, "": ("pods",)}
_IMAGES: Final = {**_MAKERS, "": ("pods", "pods/ephemeralcontainers")}
"""A debugging container is added to a running pod by a subresource of its own."""

# dyn: the same expression reads a Pod, a Deployment and a CronJob, whose schemas differ
_POD: Final = (
    "has(dyn(object).spec.jobTemplate) ? dyn(object).spec.jobTemplate.spec.template.spec : "
    "has(dyn(object).spec.template) ? dyn(object).spec.template.spec : dyn(object).spec"
)
_CHANGED: Final = (
    "request.operation == 'CREATE' || object.spec != oldObject.spec || "
    "has(object.metadata.labels) != has(oldObject.metadata.labels) || "
    "(has(object.metadata.labels) && object.metadata.labels != oldObject.metadata.labels)"
)
_STARTED: Final = "variables.pod.containers + (has(variables.pod.initContainers) ? variables.pod.initContainers : [])"
_IMAGES_OF: Final = (
    "(variables.started + (has(variables.pod.ephemeralContainers) ? variables.pod.ephemeralContainers : []))"
    ".map(c, c.image)"
)


@dataclass(frozen=True)
class Rule:
    """One policy. ``wrong`` is a CEL expression for the list of what breaks it, by name; the rule holds if it is empty.

    ``instead`` says what to write. ``registries``: the expression reads the allowed registries.
    """

    name: str
    resources: Mapping[str, tuple[str, ...]]
    wrong: str
    instead: str
    registries: bool = False


def _containers(condition: str, *, of: str = "started") -> str:
    """Names of the containers that don't fulfil the condition on ``c``."""
    return f"variables.{of}.filter(c, !({condition})).map(c, c.name)"


def _says(holder: str, *fields: str) -> str:
    """That ``holder`` and each of the fields below it, one below the other, are there."""
    path, found = holder, []
    for field in fields:
        path = f"{path}.{field}"
        found.append(f"has({path})")
    return " && ".join(found)


_AMOUNTS: Final = " && ".join(
    f"has(c.resources.{kind}) && '{unit}' in c.resources.{kind}"
    for kind in ("requests", "limits")
    for unit in ("cpu", "memory")
)
_PLAIN_ENV: Final = (
    "(!has(c.env) || c.env.all(e, !has(e.valueFrom) || !has(e.valueFrom.secretKeyRef))) && "
    "(!has(c.envFrom) || c.envFrom.all(e, !has(e.secretRef)))"
)

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "read-only-root",
        _PODS,
        _containers(
            f"{_says('c', 'securityContext', 'readOnlyRootFilesystem')} && c.securityContext.readOnlyRootFilesystem"
        ),
        "securityContext.readOnlyRootFilesystem: true, and an emptyDir for each directory that is written to",
    ),
    Rule(
        "requests-and-limits",
        _PODS,
        _containers(f"has(c.resources) && {_AMOUNTS}"),
        "resources.requests and resources.limits, each with cpu and memory",
    ),
    Rule(
        "probes",
        _LASTING,
        _containers("has(c.livenessProbe) && has(c.readinessProbe) && has(c.startupProbe)", of="pod.containers"),
        "livenessProbe, readinessProbe and startupProbe",
    ),
    Rule(
        "exact-tags",
        _IMAGES,
        "variables.images.filter(i, !(i.contains('@sha256:') || "
        "(i.matches('^([^/]+/)*[^/:@]+:[^/:@]+$') && !i.endsWith(':latest'))))",
        "a tag that names one build, or a digest: latest and no tag move under a running workload",
    ),
    Rule(
        "allowed-registries",
        _IMAGES,
        "variables.images.filter(i, !params.data.exists(key, i.startsWith(params.data[key])))",
        "an image of the stack's own registry or of one of its pull-through caches",
        registries=True,
    ),
    Rule(
        "labels",
        _PODS,
        f"[{', '.join(repr(key) for key in REQUIRED_LABELS)}]"
        ".filter(key, !has(object.metadata.labels) || !(key in object.metadata.labels))",
        "these labels, on the object and on its pods' template",
    ),
    Rule(
        "no-host-paths",
        _PODS,
        "has(variables.pod.volumes) ? variables.pod.volumes.filter(v, has(v.hostPath)).map(v, v.name) : []",
        "an emptyDir, a volume claim, or a DaemonSet in node-agents, where the node's own files are read",
    ),
    Rule(
        "no-secrets-in-env",
        _PODS,
        _containers(_PLAIN_ENV),
        "the secret as a mounted file: what stands in the environment is shown by every dump of it",
    ),
    Rule(
        "own-service-account",
        _PODS,
        "has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName != 'default' ? [] : ['default']",
        "serviceAccountName of a service account of the workload's own",
    ),
)
"""Every rule (platform, cluster services: admission; CIS EKS 4.1.5, 4.4.1 and 5.1.4 among them)."""


def registries_map(namespace: str, prefixes: Mapping[str, str]) -> ConfigMap:
    """What images may begin with, by a name for each prefix. A prefix ends with a slash, so that none is cut short.

    ``ValueError`` for one that doesn't.
    """
    short = [prefix for prefix in prefixes.values() if not prefix.endswith("/")]
    if short:
        raise ValueError(f"a registry's prefix ends with a slash: {', '.join(short)}")
    return ConfigMap(
        metadata=ObjectMeta(name=REGISTRIES, namespace=namespace, labels=_labels(REGISTRIES)), data=dict(prefixes)
    )


def admission_manifests(namespace: str, prefixes: Mapping[str, str]) -> list[Manifest]:
    """Every policy with its binding. The ConfigMap of allowed registries stands in ``namespace``, which is not bound.

    ``prefixes`` are what an image may begin with, by a name for each.
    """
    manifests: list[Manifest] = [registries_map(namespace, prefixes)]
    for rule in RULES:
        manifests += [_policy(rule), _binding(rule, namespace)]
    return manifests


def _labels(name: str) -> dict[str, str]:
    return label.standard_labels(name, component="admission", part_of="platform")


def _policy(rule: Rule) -> ValidatingAdmissionPolicy:
    variables = {
        "pod": _POD,
        "started": _STARTED,
        "images": _IMAGES_OF,
        "wrong": rule.wrong,
    }
    return ValidatingAdmissionPolicy(
        metadata=ObjectMeta(name=rule.name, labels=_labels(rule.name)),
        spec=ValidatingAdmissionPolicySpec(
            failurePolicy="Fail",
            paramKind=ParamKind(apiVersion="v1", kind="ConfigMap") if rule.registries else None,
            matchConstraints=MatchResources(
                matchPolicy="Equivalent",
                resourceRules=[
                    NamedRuleWithOperations(
                        apiGroups=[group],
                        apiVersions=["v1"],
                        operations=["CREATE", "UPDATE"],
                        resources=list(resources),
                        scope="Namespaced",
                    )
                    for group, resources in rule.resources.items()
                ],
            ),
            matchConditions=[MatchCondition(name="made-or-changed", expression=_CHANGED)],
            variables=[Variable(name=name, expression=expression) for name, expression in variables.items()],
            validations=[
                Validation(
                    expression="size(variables.wrong) == 0",
                    messageExpression=f"variables.wrong.join(', ') + {_text(': write ' + rule.instead)}",
                    reason="Invalid",
                )
            ],
        ),
    )


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _binding(rule: Rule, namespace: str) -> ValidatingAdmissionPolicyBinding:
    params = ParamRef(name=REGISTRIES, namespace=namespace, parameterNotFoundAction="Deny")
    return ValidatingAdmissionPolicyBinding(
        metadata=ObjectMeta(name=rule.name, labels=_labels(rule.name)),
        spec=ValidatingAdmissionPolicyBindingSpec(
            policyName=rule.name,
            paramRef=params if rule.registries else None,
            validationActions=["Deny", "Audit"],
            matchResources=MatchResources(
                namespaceSelector=LabelSelector(matchLabels={label.OWNED: label.ENFORCED}), matchPolicy="Equivalent"
            ),
        ),
    )
