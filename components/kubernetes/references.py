"""What a manifest needs to exist before it: the true dependencies, read from the manifest itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lightkube.models.admissionregistration_v1 import ValidatingAdmissionPolicyBinding
from lightkube.models.apps_v1 import DaemonSet, Deployment, StatefulSet
from lightkube.models.autoscaling_v2 import HorizontalPodAutoscaler
from lightkube.models.batch_v1 import CronJob, Job
from lightkube.models.core_v1 import Namespace, PodSpec
from lightkube.models.rbac_v1 import ClusterRoleBinding, RoleBinding

from components.kubernetes import labels as label
from components.kubernetes.admission import RULES
from components.kubernetes.crds.external_secrets import ExternalSecret
from components.kubernetes.crds.gateway import ExtensionFilter, Gateway, HTTPRoute
from components.kubernetes.crds.karpenter import NodePool
from components.kubernetes.crds.keda import ScaledObject
from components.kubernetes.crds.load_balancer import (
    ListenerRuleConfiguration,
    LoadBalancerConfiguration,
    OidcAction,
    TargetGroupConfiguration,
)
from components.kubernetes.manifest import Manifest, metadata_of, name_of, namespace_of

BUILT_IN: Final = frozenset(
    {
        "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apps", "autoscaling", "batch", "networking.k8s.io",
        "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
    }
)  # fmt: skip
"""API groups that the API server serves by itself; any other comes with an operator."""


SIGNED_IMAGES: Final = "signed-images"
"""Name of the policy that asks for signatures, where a stack has one."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that another names. ``required``: without it the other never works."""

    kind: str
    namespace: str | None
    name: str
    required: bool = True


def references(manifest: Manifest) -> Iterator[Reference]:
    """Everything that ``manifest`` names, its namespace first."""
    namespace = namespace_of(manifest)
    if namespace is not None:
        yield Reference("Namespace", None, namespace)
    pod = pod_spec(manifest)
    if pod is not None:
        yield from _before(manifest, namespace)
        yield from _of_pod(pod, namespace)
        # pods that start before their policy is there are open to everyone until it is
        yield Reference("NetworkPolicy", namespace, name_of(manifest), required=False)
    yield from _of_cluster_kind(manifest)
    yield from _of_custom_kind(manifest)


def _of_cluster_kind(manifest: Manifest) -> Iterator[Reference]:
    match manifest:
        case Namespace():
            yield from _of_namespace(manifest)
        case ValidatingAdmissionPolicyBinding():
            yield from _of_admission(manifest)
        case RoleBinding() | ClusterRoleBinding():
            yield from _of_binding(manifest)
        case StatefulSet() if manifest.spec is not None:
            # who makes its volumes must outlast it
            for claim in manifest.spec.volumeClaimTemplates or ():
                if claim.spec is not None and claim.spec.storageClassName:
                    yield Reference("StorageClass", None, claim.spec.storageClassName, required=False)
        case HorizontalPodAutoscaler() if manifest.spec is not None:
            target = manifest.spec.scaleTargetRef
            yield Reference(target.kind, namespace_of(manifest), target.name)
        case _:
            return


def _of_custom_kind(manifest: Manifest) -> Iterator[Reference]:
    namespace = namespace_of(manifest)
    match manifest:
        case ExternalSecret():
            yield Reference("SecretStore", namespace, manifest.spec.secretStoreRef.name)
        case ScaledObject():
            yield from _of_scaled_object(manifest)
        case TargetGroupConfiguration() if manifest.spec.targetReference is not None:
            yield Reference("Service", namespace, manifest.spec.targetReference.name)
        case LoadBalancerConfiguration() if manifest.spec.defaultTargetGroupConfiguration is not None:
            default = manifest.spec.defaultTargetGroupConfiguration.name
            yield Reference("TargetGroupConfiguration", namespace, default)
        case ListenerRuleConfiguration():
            yield from _of_listener_rule(manifest, namespace)
        case Gateway():
            yield from _of_gateway(manifest, namespace)
        case HTTPRoute():
            yield from _of_route(manifest)
        case NodePool():
            yield Reference("EC2NodeClass", None, manifest.spec.template.spec.nodeClassRef.name)
        case _:
            return


def pod_spec(manifest: Manifest) -> PodSpec | None:
    """The spec of the pods that the manifest makes, ``None`` where it makes none."""
    match manifest:
        case Deployment() | StatefulSet() | DaemonSet() | Job() if manifest.spec is not None:
            return manifest.spec.template.spec
        case CronJob() if manifest.spec is not None and manifest.spec.jobTemplate.spec is not None:
            return manifest.spec.jobTemplate.spec.template.spec
    return None


def _before(manifest: Manifest, namespace: str | None) -> Iterator[Reference]:
    """What must be ready before the pods start. What somebody else delivers isn't registered, hence not required."""
    for named in filter(None, (metadata_of(manifest).annotations or {}).get(label.AFTER, "").split(",")):
        kind, _, name = named.partition("/")
        yield Reference(kind, namespace, name, required=False)


def _of_pod(pod: PodSpec, namespace: str | None) -> Iterator[Reference]:
    if pod.serviceAccountName:
        yield Reference("ServiceAccount", namespace, pod.serviceAccountName)
    if pod.priorityClassName and not pod.priorityClassName.startswith("system-"):
        yield Reference("PriorityClass", None, pod.priorityClassName)
    for volume in pod.volumes or ():
        if volume.configMap and volume.configMap.name:
            yield Reference("ConfigMap", namespace, volume.configMap.name)
        if volume.secret and volume.secret.secretName:
            yield Reference("Secret", namespace, volume.secret.secretName)
    for container in pod.containers:
        for source in container.envFrom or ():
            if source.configMapRef and source.configMapRef.name:
                yield Reference("ConfigMap", namespace, source.configMapRef.name)


def _of_scaled_object(scaled: ScaledObject) -> Iterator[Reference]:
    namespace = namespace_of(scaled)
    yield Reference(scaled.spec.scaleTargetRef.kind, namespace, scaled.spec.scaleTargetRef.name)
    for trigger in scaled.spec.triggers:
        if trigger.authenticationRef:
            yield Reference("TriggerAuthentication", namespace, trigger.authenticationRef.name)


def _of_listener_rule(rule: ListenerRuleConfiguration, namespace: str | None) -> Iterator[Reference]:
    for action in rule.spec.actions:
        if isinstance(action, OidcAction):
            yield Reference("Secret", namespace, action.authenticateOIDCConfig.secret.name)
            yield Reference("RoleBinding", namespace, action.authenticateOIDCConfig.secret.name)


def _of_gateway(entry: Gateway, namespace: str | None) -> Iterator[Reference]:
    yield Reference("GatewayClass", None, entry.spec.gatewayClassName)
    if entry.spec.infrastructure is not None:
        built = entry.spec.infrastructure.parametersRef
        yield Reference(built.kind, namespace, built.name)


def _of_route(route: HTTPRoute) -> Iterator[Reference]:
    namespace = namespace_of(route)
    for parent in route.spec.parentRefs:
        yield Reference("Gateway", parent.namespace, parent.name)
    for rule in route.spec.rules:
        for used in rule.filters or ():
            if isinstance(used, ExtensionFilter):
                yield Reference(used.extensionRef.kind, namespace, used.extensionRef.name)
        for backend in rule.backendRefs or ():
            yield Reference("Service", namespace, backend.name)
            # without it the controller makes targets of node ports, which no Service of ours has
            yield Reference("TargetGroupConfiguration", namespace, backend.name, required=False)


def _of_namespace(namespace: Namespace) -> Iterator[Reference]:
    """What is guarded comes after its guard; all else in the namespace comes after the namespace."""
    if namespace.metadata and label.OWNED in (namespace.metadata.labels or {}):
        for rule in RULES:
            yield Reference("ValidatingAdmissionPolicyBinding", None, rule.name, required=False)
        yield Reference("ImageValidatingPolicy", None, SIGNED_IMAGES, required=False)


def _of_admission(binding: ValidatingAdmissionPolicyBinding) -> Iterator[Reference]:
    if binding.spec.policyName:
        yield Reference("ValidatingAdmissionPolicy", None, binding.spec.policyName)
    if binding.spec.paramRef and binding.spec.paramRef.name:
        yield Reference("ConfigMap", binding.spec.paramRef.namespace, binding.spec.paramRef.name)


def _of_binding(binding: RoleBinding | ClusterRoleBinding) -> Iterator[Reference]:
    role = binding.roleRef
    # the roles that Kubernetes itself brings (view, edit, system:...) are nobody's to register
    yield Reference(role.kind, namespace_of(binding) if role.kind == "Role" else None, role.name, required=False)
    for subject in binding.subjects or ():
        if subject.kind == "ServiceAccount":
            yield Reference("ServiceAccount", subject.namespace, subject.name, required=False)
