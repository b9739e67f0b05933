"""Every object of a workload from its one declaration, network policies excepted: those need the whole ``Topology``."""

from __future__ import annotations

from lightkube.models.apps_v1 import (
    Deployment,
    DeploymentSpec,
    DeploymentStrategy,
    RollingUpdateDeployment,
    StatefulSet,
    StatefulSetSpec,
    StatefulSetUpdateStrategy,
)
from lightkube.models.autoscaling_v2 import (
    CrossVersionObjectReference,
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehavior,
    HorizontalPodAutoscalerSpec,
    HPAScalingPolicy,
    HPAScalingRules,
    MetricSpec,
    MetricTarget,
    ResourceMetricSource,
)
from lightkube.models.batch_v1 import CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec
from lightkube.models.core_v1 import (
    ClientIPConfig,
    ConfigMap,
    PersistentVolumeClaim,
    PersistentVolumeClaimSpec,
    Service,
    ServiceAccount,
    ServicePort,
    ServiceSpec,
    SessionAffinityConfig,
    VolumeResourceRequirements,
)
from lightkube.models.meta_v1 import LabelSelector, ObjectMeta
from lightkube.models.policy_v1 import PodDisruptionBudget, PodDisruptionBudgetSpec
from msgspec import to_builtins

from components.kubernetes import labels as label
from components.kubernetes.crds import keda, prometheus
from components.kubernetes.external_secret import external_secret
from components.kubernetes.manifest import Manifest
from components.kubernetes.pods import env_map_name, file_keys, files_map_name, pod_template, secret_name
from components.kubernetes.routes import route_manifests
from components.kubernetes.scaling import EventScaling, RedisListTrigger, ResourceScaling, ScalingRate, Trigger
from components.kubernetes.workload import Workload

_DAY_SECONDS = 86400


def workload_manifests(workload: Workload) -> list[Manifest]:
    """Everything the workload consists of, what others need first: account, configuration, secrets, then the pods."""
    labels = _labels(workload)
    versioned = {**labels, label.VERSION: label.label_value(workload.image.tag)}
    manifests: list[Manifest] = []
    if workload.service_account is None:
        manifests.append(_service_account(workload, labels))
    if workload.env:
        manifests.append(ConfigMap(metadata=_meta(workload, labels, env_map_name(workload)), data=dict(workload.env)))
    if workload.files:
        data = {key: workload.files[path] for path, key in file_keys(workload).items()}
        manifests.append(ConfigMap(metadata=_meta(workload, labels, files_map_name(workload)), data=data))
    manifests += [
        external_secret(
            workload.namespace,
            secret_name(workload, s.name),
            remote=s.remote,
            keys=s.keys,
            labels=labels,
            revision=s.revision,
        )
        for s in workload.secrets
    ]
    manifests.append(_controller(workload, versioned))
    if workload.ports:
        manifests.append(_service(workload, labels, workload.name))
    if workload.service is not None:
        manifests.append(_service(workload, labels, workload.service))
    manifests += _scaling(workload, labels)
    if workload.lasting and workload.max_replicas > 1:
        manifests.append(_disruption_budget(workload, labels))
    if workload.metrics:
        manifests.append(_service_monitor(workload, labels))
    return [*manifests, *route_manifests(workload, labels)]


def _labels(workload: Workload) -> dict[str, str]:
    return label.standard_labels(
        workload.name, component=workload.component, part_of=workload.part_of, managed_by=workload.delivery
    )


def _meta(workload: Workload, labels: dict[str, str], name: str | None = None) -> ObjectMeta:
    return ObjectMeta(name=name or workload.name, namespace=workload.namespace, labels=labels)


def _controller_meta(workload: Workload, labels: dict[str, str]) -> ObjectMeta:
    annotations = {label.AFTER: ",".join(workload.after)} if workload.after else None
    return ObjectMeta(name=workload.name, namespace=workload.namespace, labels=labels, annotations=annotations)


def _selector(workload: Workload) -> LabelSelector:
    return LabelSelector(matchLabels=label.selector_labels(workload.name))


def _service_account(workload: Workload, labels: dict[str, str]) -> ServiceAccount:
    metadata = _meta(workload, labels)
    if workload.token_reason:
        metadata.annotations = {label.TOKEN_REASON: workload.token_reason}
    return ServiceAccount(metadata=metadata, automountServiceAccountToken=workload.api_token)


# --- controllers ------------------------------------------------------------------------------------------------


def _controller(workload: Workload, labels: dict[str, str]) -> Manifest:
    match workload.kind:
        case "Deployment":
            return _deployment(workload, labels)
        case "StatefulSet":
            return _stateful_set(workload, labels)
        case "Job":
            return Job(metadata=_controller_meta(workload, labels), spec=_job_spec(workload, labels, keep_seconds=None))
        case "CronJob":
            return _cron_job(workload, labels)


def _replicas(workload: Workload) -> int | None:
    """Left out under an autoscaler: whoever writes the field owns it, and two owners fight."""
    return None if workload.scaling else workload.min_replicas


def _deployment(workload: Workload, labels: dict[str, str]) -> Deployment:
    strategy = DeploymentStrategy(type="Recreate")
    if workload.rollout == "rolling":
        rolling = RollingUpdateDeployment(maxSurge=f"{workload.max_surge_percent}%", maxUnavailable=0)
        strategy = DeploymentStrategy(type="RollingUpdate", rollingUpdate=rolling)
    return Deployment(
        metadata=_controller_meta(workload, labels),
        spec=DeploymentSpec(
            replicas=_replicas(workload),
            revisionHistoryLimit=3,
            progressDeadlineSeconds=600,
            strategy=strategy,
            selector=_selector(workload),
            template=pod_template(workload, labels),
        ),
    )


def _stateful_set(workload: Workload, labels: dict[str, str]) -> StatefulSet:
    claims = [
        PersistentVolumeClaim(
            metadata=ObjectMeta(name=f"data-{s.name}", labels=label.selector_labels(workload.name)),
            spec=PersistentVolumeClaimSpec(
                accessModes=["ReadWriteOncePod"],
                storageClassName=s.storage_class,
                resources=VolumeResourceRequirements(requests={"storage": s.size}),
            ),
        )
        for s in workload.storage
    ]
    return StatefulSet(
        metadata=_controller_meta(workload, labels),
        spec=StatefulSetSpec(
            replicas=_replicas(workload),
            serviceName=workload.name,
            revisionHistoryLimit=3,
            podManagementPolicy="OrderedReady",
            updateStrategy=StatefulSetUpdateStrategy(type="RollingUpdate"),
            selector=_selector(workload),
            template=pod_template(workload, labels),
            volumeClaimTemplates=claims or None,
        ),
    )


def _job_spec(workload: Workload, labels: dict[str, str], *, keep_seconds: int | None) -> JobSpec:
    """A Job that Pulumi owns is kept when it has ended: one that vanished would be run again on the next update."""
    return JobSpec(
        backoffLimit=workload.retries,
        activeDeadlineSeconds=workload.deadline_seconds,
        ttlSecondsAfterFinished=keep_seconds,
        template=pod_template(workload, labels),
    )


def _cron_job(workload: Workload, labels: dict[str, str]) -> CronJob:
    return CronJob(
        metadata=_meta(workload, labels),
        spec=CronJobSpec(
            schedule=workload.schedule or "",
            timeZone="Etc/UTC",
            concurrencyPolicy="Forbid",
            startingDeadlineSeconds=300,
            successfulJobsHistoryLimit=1,
            failedJobsHistoryLimit=3,
            jobTemplate=JobTemplateSpec(
                metadata=ObjectMeta(labels=labels), spec=_job_spec(workload, labels, keep_seconds=_DAY_SECONDS)
            ),
        ),
    )


# --- what stands around the pods --------------------------------------------------------------------------------


def _service(workload: Workload, labels: dict[str, str], name: str) -> Service:
    sticky = workload.session_affinity_seconds
    return Service(
        metadata=_meta(workload, labels, name),
        spec=ServiceSpec(
            type="ClusterIP",
            clusterIP="None" if workload.kind == "StatefulSet" else None,
            selector=label.selector_labels(workload.name),
            ports=[
                # the VPC CNI matches a policy's port before the Service's is translated: the two must be equal
                ServicePort(
                    name=p.name, port=p.number, targetPort=p.number, protocol=p.protocol, appProtocol=p.app_protocol
                )
                for p in workload.ports
            ],
            sessionAffinity="ClientIP" if sticky else None,
            sessionAffinityConfig=SessionAffinityConfig(clientIP=ClientIPConfig(timeoutSeconds=sticky))
            if sticky
            else None,
        ),
    )


def _disruption_budget(workload: Workload, labels: dict[str, str]) -> PodDisruptionBudget:
    """By pods that may be away, never by pods that must stay: so a drain always gets on, however few there are."""
    return PodDisruptionBudget(
        metadata=_meta(workload, labels),
        spec=PodDisruptionBudgetSpec(
            maxUnavailable=workload.max_disrupted,
            selector=_selector(workload),
            unhealthyPodEvictionPolicy="AlwaysAllow",
        ),
    )


def _service_monitor(workload: Workload, labels: dict[str, str]) -> Manifest:
    metrics = workload.metrics
    if metrics is None:  # pragma: no cover - the caller has looked
        raise ValueError(workload.name)
    return prometheus.ServiceMonitor(
        metadata=_meta(workload, labels),
        spec=prometheus.ServiceMonitorSpec(
            selector=prometheus.LabelSelector(matchLabels=label.selector_labels(workload.name)),
            endpoints=[
                prometheus.MetricsEndpoint(
                    port=metrics.port, path=metrics.path, interval=f"{metrics.interval_seconds}s"
                )
            ],
            jobLabel=label.NAME,
        ),
    )


# --- autoscalers ------------------------------------------------------------------------------------------------


def _scaling(workload: Workload, labels: dict[str, str]) -> list[Manifest]:
    match workload.scaling:
        case ResourceScaling() as scaling:
            return [_horizontal(workload, labels, scaling)]
        case EventScaling() as scaling:
            return _scaled_object(workload, labels, scaling)
        case None:
            return []


def _behaviour(up: ScalingRate, down: ScalingRate) -> HorizontalPodAutoscalerBehavior:
    def rules(rate: ScalingRate) -> HPAScalingRules:
        policy = HPAScalingPolicy(type="Percent", value=rate.percent, periodSeconds=rate.period_seconds)
        return HPAScalingRules(stabilizationWindowSeconds=rate.window_seconds, selectPolicy="Max", policies=[policy])

    return HorizontalPodAutoscalerBehavior(scaleUp=rules(up), scaleDown=rules(down))


def _horizontal(workload: Workload, labels: dict[str, str], scaling: ResourceScaling) -> HorizontalPodAutoscaler:
    targets = (("cpu", scaling.cpu_percent), ("memory", scaling.memory_percent))
    return HorizontalPodAutoscaler(
        metadata=_meta(workload, labels),
        spec=HorizontalPodAutoscalerSpec(
            scaleTargetRef=CrossVersionObjectReference(apiVersion="apps/v1", kind=workload.kind, name=workload.name),
            minReplicas=scaling.min_replicas,
            maxReplicas=scaling.max_replicas,
            metrics=[
                MetricSpec(
                    type="Resource",
                    resource=ResourceMetricSource(
                        name=name, target=MetricTarget(type="Utilization", averageUtilization=percent)
                    ),
                )
                for name, percent in targets
                if percent is not None
            ],
            behavior=_behaviour(scaling.up, scaling.down),
        ),
    )


def _scaled_object(workload: Workload, labels: dict[str, str], scaling: EventScaling) -> list[Manifest]:
    redis = [t for t in scaling.triggers if isinstance(t, RedisListTrigger)]
    secrets = list(dict.fromkeys(t.credentials for t in redis if t.credentials))
    authentications: list[Manifest] = [
        keda.TriggerAuthentication(
            metadata=_meta(workload, labels, secret_name(workload, secret)),
            spec=keda.TriggerAuthenticationSpec(
                secretTargetRef=[
                    keda.SecretTarget(parameter=key, name=secret_name(workload, secret), key=key)
                    for key in _credential_keys(secret, redis)
                ]
            ),
        )
        for secret in secrets
    ]
    behaviour = to_builtins(_behaviour(scaling.up, scaling.down))
    return [
        *authentications,
        keda.ScaledObject(
            metadata=_meta(workload, labels),
            spec=keda.ScaledObjectSpec(
                scaleTargetRef=keda.ScaleTarget(name=workload.name, kind=workload.kind),
                minReplicaCount=scaling.min_replicas,
                maxReplicaCount=scaling.max_replicas,
                pollingInterval=scaling.polling_seconds,
                cooldownPeriod=scaling.cooldown_seconds,
                triggers=[_trigger(workload, trigger) for trigger in scaling.triggers],
                advanced=keda.Advanced(horizontalPodAutoscalerConfig=keda.HorizontalConfig(behavior=behaviour)),
            ),
        ),
    ]


def _credential_keys(secret: str, triggers: list[RedisListTrigger]) -> tuple[str, ...]:
    """What KEDA reads from a secret: the address too where a trigger doesn't say it."""
    unaddressed = any(t.credentials == secret and t.address is None for t in triggers)
    return ("username", "password", "address") if unaddressed else ("username", "password")


def _trigger(workload: Workload, trigger: Trigger) -> keda.Trigger:
    if isinstance(trigger, RedisListTrigger):
        authentication = trigger.authentication or secret_name(workload, trigger.credentials or "")
        return keda.Trigger(
            type="redis",
            metadata={
                **({"address": trigger.address} if trigger.address else {}),
                "listName": trigger.list_name,
                "listLength": str(trigger.per_pod),
                "enableTLS": "true" if trigger.tls else "false",
            },
            authenticationRef=keda.AuthenticationRef(name=authentication),
        )
    return keda.Trigger(
        type="prometheus",
        metadata={"serverAddress": trigger.address, "query": trigger.query, "threshold": str(trigger.per_pod)},
    )
