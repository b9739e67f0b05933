"""The pod template of a workload: hardened the same way for every one, whatever its kind.

What Pod Security's ``restricted`` level demands, and beyond it: UID and GID 10001 (CKV_K8S_40 asks for 10,000 or more),
a read-only root, no service-account token unless asked for, secrets as files, the probes, requests and limits.
"""

from __future__ import annotations

import hashlib
from typing import Final

from lightkube.models.core_v1 import (
    Affinity,
    Capabilities,
    ConfigMapEnvSource,
    ConfigMapVolumeSource,
    Container,
    ContainerPort,
    EmptyDirVolumeSource,
    EnvFromSource,
    EnvVar,
    EnvVarSource,
    ExecAction,
    HTTPGetAction,
    KeyToPath,
    Lifecycle,
    LifecycleHandler,
    NodeAffinity,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    ObjectFieldSelector,
    PodSecurityContext,
    PodSpec,
    PodTemplateSpec,
    PreferredSchedulingTerm,
    Probe,
    ResourceRequirements,
    SeccompProfile,
    SecretVolumeSource,
    SecurityContext,
    SleepAction,
    TCPSocketAction,
    Toleration,
    TopologySpreadConstraint,
    Volume,
    VolumeMount,
)
from lightkube.models.meta_v1 import LabelSelector, ObjectMeta

from components.kubernetes import labels as label
from components.kubernetes.workload import GENERAL, Placement, Probes, Workload
from components.kubernetes.workload import Probe as ProbeDeclaration
from components.model import Resources

USER: Final = 10001
_STARTUP_PERIOD_SECONDS: Final = 5
_WAIT_RESOURCES: Final = {"cpu": "10m", "memory": "16Mi"}


def env_map_name(workload: Workload) -> str:
    """The ConfigMap of the workload's environment."""
    return f"{workload.name}-env"


def files_map_name(workload: Workload) -> str:
    """The ConfigMap of the workload's files."""
    return f"{workload.name}-files"


def secret_name(workload: Workload, mount: str) -> str:
    """The Secret that the workload mounts as ``mount``."""
    return f"{workload.name}-{mount}"


def file_keys(workload: Workload) -> dict[str, str]:
    """ConfigMap key of each file's path: its place among the files, then its name (a key may hold no slash)."""
    return {path: f"{index:02d}-{path.rpartition('/')[2]}" for index, path in enumerate(sorted(workload.files))}


def config_checksum(workload: Workload) -> str | None:
    """Twelve digits that change with the workload's plain configuration; ``None`` where it has none."""
    if not workload.env and not workload.files:
        return None
    digest = hashlib.sha256()
    for mapping in (workload.env, workload.files):
        for key in sorted(mapping):
            for text in (key, mapping[key]):
                raw = text.encode()
                digest.update(len(raw).to_bytes(8))
                digest.update(raw)
        digest.update(b"\xff")
    return digest.hexdigest()[:12]


def pod_template(workload: Workload, labels: dict[str, str]) -> PodTemplateSpec:
    """The template of the workload's pods."""
    annotations = {label.CONFIG_CHECKSUM: config_checksum(workload), label.TOKEN_REASON: workload.token_reason}
    return PodTemplateSpec(
        metadata=ObjectMeta(labels=labels, annotations={k: v for k, v in annotations.items() if v} or None),
        spec=PodSpec(
            serviceAccountName=workload.account,
            automountServiceAccountToken=workload.api_token,
            enableServiceLinks=False,
            securityContext=PodSecurityContext(
                runAsNonRoot=True,
                runAsUser=USER,
                runAsGroup=USER,
                fsGroup=USER,
                fsGroupChangePolicy="OnRootMismatch",
                seccompProfile=SeccompProfile(type="RuntimeDefault"),
            ),
            initContainers=_wait(workload),
            containers=[_container(workload)],
            volumes=_volumes(workload) or None,
            restartPolicy="Always" if workload.lasting else "Never",
            terminationGracePeriodSeconds=workload.grace_seconds,
            priorityClassName=workload.priority_class,
            topologySpreadConstraints=_spread(workload),
            affinity=_affinity(workload.placement),
            tolerations=_tolerations(workload.placement),
        ),
    )


def _container(workload: Workload) -> Container:
    probes = workload.probes
    return Container(
        name=workload.name,
        image=workload.image.reference,
        imagePullPolicy="IfNotPresent" if workload.image.digest else "Always",
        command=list(workload.command) or None,
        args=list(workload.args) or None,
        ports=[ContainerPort(name=p.name, containerPort=p.number, protocol=p.protocol) for p in workload.ports] or None,
        env=_pod_env(workload),
        envFrom=[EnvFromSource(configMapRef=ConfigMapEnvSource(name=env_map_name(workload)))] if workload.env else None,
        resources=_resources(workload.resources),
        volumeMounts=_mounts(workload) or None,
        livenessProbe=_liveness(probes) if probes else None,
        readinessProbe=_readiness(probes) if probes else None,
        startupProbe=_startup(probes) if probes else None,
        lifecycle=_lifecycle(workload),
        securityContext=_security_context(),
    )


def _security_context() -> SecurityContext:
    return SecurityContext(
        allowPrivilegeEscalation=False,
        privileged=False,
        readOnlyRootFilesystem=True,
        runAsNonRoot=True,
        capabilities=Capabilities(drop=["ALL"]),
    )


def _wait(workload: Workload) -> list[Container] | None:
    """The pause until the CNI has the pod's network policies in force."""
    if not workload.wait_seconds:
        return None
    return [
        Container(
            name="wait-for-network-policy",
            image=workload.image.reference,
            imagePullPolicy="IfNotPresent" if workload.image.digest else "Always",
            command=[*workload.policy_wait_command, str(workload.wait_seconds)],
            resources=ResourceRequirements(requests=dict(_WAIT_RESOURCES), limits=dict(_WAIT_RESOURCES)),
            securityContext=_security_context(),
        )
    ]


def _resources(resources: Resources) -> ResourceRequirements:
    return ResourceRequirements(
        requests={"cpu": resources.requests.cpu, "memory": resources.requests.memory},
        limits={"cpu": resources.limits.cpu, "memory": resources.limits.memory},
    )


def _pod_env(workload: Workload) -> list[EnvVar] | None:
    return [
        EnvVar(name=name, valueFrom=EnvVarSource(fieldRef=ObjectFieldSelector(fieldPath=field)))
        for name, field in workload.pod_env.items()
    ] or None


def _lifecycle(workload: Workload) -> Lifecycle | None:
    """A pause before the end, while load balancers stop sending. The kubelet sleeps: no shell is needed."""
    if not workload.ports or not workload.drain:
        return None
    return Lifecycle(preStop=LifecycleHandler(sleep=SleepAction(seconds=workload.drain)))


# --- probes -----------------------------------------------------------------------------------------------------


def _liveness(probes: Probes) -> Probe:
    return _probe(
        probes.liveness, probes, probes.liveness_delay_seconds, probes.liveness_period_seconds, probes.failures
    )


def _readiness(probes: Probes) -> Probe:
    asks = probes.readiness or probes.liveness
    return _probe(asks, probes, probes.readiness_delay_seconds, probes.readiness_period_seconds, probes.failures)


def _startup(probes: Probes) -> Probe:
    """The kubelet holds the other two back until this one has succeeded once."""
    tries = probes.startup_budget_seconds // _STARTUP_PERIOD_SECONDS
    return _probe(probes.startup or probes.liveness, probes, None, _STARTUP_PERIOD_SECONDS, tries)


def _probe(asks: ProbeDeclaration, probes: Probes, delay: int | None, period: int, failures: int) -> Probe:
    port = asks.port or ""
    return Probe(
        exec=ExecAction(command=list(asks.command)) if asks.command else None,
        httpGet=HTTPGetAction(path=asks.path, port=port) if asks.path else None,
        tcpSocket=TCPSocketAction(port=port) if asks.port and not asks.path else None,
        initialDelaySeconds=delay,
        periodSeconds=period,
        failureThreshold=failures,
        timeoutSeconds=probes.timeout_seconds,
    )


# --- volumes ----------------------------------------------------------------------------------------------------


def _directories(workload: Workload) -> dict[str, list[str]]:
    """The files' paths by directory."""
    directories: dict[str, list[str]] = {}
    for path in sorted(workload.files):
        directories.setdefault(path.rpartition("/")[0] or "/", []).append(path)
    return directories


def _volumes(workload: Workload) -> list[Volume]:
    keys = file_keys(workload)
    volumes = [
        Volume(
            name=f"tmpfs-{index}",
            emptyDir=EmptyDirVolumeSource(medium=t.medium_value, sizeLimit=t.size),
        )
        for index, t in enumerate(workload.tmpfs)
    ]
    volumes += [
        Volume(
            name=f"files-{index}",
            configMap=ConfigMapVolumeSource(
                name=files_map_name(workload),
                defaultMode=0o444,
                items=[KeyToPath(key=keys[path], path=path.rpartition("/")[2]) for path in paths],
            ),
        )
        for index, paths in enumerate(_directories(workload).values())
    ]
    volumes += [
        Volume(
            name=f"secret-{s.name}",
            secret=SecretVolumeSource(secretName=secret_name(workload, s.name), defaultMode=0o440),
        )
        for s in workload.secrets
    ]
    return volumes


def _mounts(workload: Workload) -> list[VolumeMount]:
    mounts = [VolumeMount(name=f"tmpfs-{index}", mountPath=t.path) for index, t in enumerate(workload.tmpfs)]
    mounts += [
        VolumeMount(name=f"files-{index}", mountPath=directory, readOnly=True)
        for index, directory in enumerate(_directories(workload))
    ]
    mounts += [VolumeMount(name=f"secret-{s.name}", mountPath=s.path, readOnly=True) for s in workload.secrets]
    mounts += [VolumeMount(name=f"data-{s.name}", mountPath=s.path) for s in workload.storage]
    return mounts


# --- placement --------------------------------------------------------------------------------------------------


def _spread(workload: Workload) -> list[TopologySpreadConstraint] | None:
    if not workload.lasting:
        return None
    selector = LabelSelector(matchLabels=label.selector_labels(workload.name))
    # a Deployment counts the pods of one revision, or a rollout would see the old ones as ballast
    revision = ["pod-template-hash"] if workload.kind == "Deployment" else None
    zones = "DoNotSchedule" if workload.spread == "require" else "ScheduleAnyway"
    return [
        TopologySpreadConstraint(
            maxSkew=1, topologyKey=key, whenUnsatisfiable=when, labelSelector=selector, matchLabelKeys=revision
        )
        for key, when in ((label.ZONE, zones), (label.HOSTNAME, "ScheduleAnyway"))
    ]


def _affinity(placement: Placement) -> Affinity | None:
    if placement.group == GENERAL:
        return None
    term = NodeSelectorTerm(
        matchExpressions=[NodeSelectorRequirement(key=label.NODE_GROUP, operator="In", values=[placement.group])]
    )
    preferred = [PreferredSchedulingTerm(weight=100, preference=term)]
    return Affinity(nodeAffinity=NodeAffinity(preferredDuringSchedulingIgnoredDuringExecution=preferred))


def _tolerations(placement: Placement) -> list[Toleration] | None:
    if placement.group == GENERAL:
        return None
    return [Toleration(key=label.NODE_GROUP, operator="Equal", value=placement.group, effect="NoSchedule")]
