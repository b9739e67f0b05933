"""Bad examples of the security pack, pods: each changes one thing of a good one."""

from __future__ import annotations

from typing import Final

from tests.policies.examples import GONE, Bad
from tests.policies.good import (
    CONTAINER,
)

_DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
_POD: Final = "spec template spec"
_CONTAINER: Final = "spec template spec containers 0"


def _restricted(path: str, value: object, says: str, at: str | None = None) -> Bad:
    return Bad("pod-security-restricted", _DEPLOYMENT, f"{_POD} {path}", value, says, at=at)


_SECURITY: Final = "containers 0 securityContext"
_INIT: Final = "initContainers 0 securityContext"
_CONTEXT_PATH: Final = "spec.template.spec.securityContext"

POD_SECURITY: Final = [
    *(_restricted(name, True, "the whole node") for name in ("hostNetwork", "hostPID", "hostIPC")),
    _restricted("containers 0 ports 0 hostPort", 8009.0, "a Service reaches the pod"),
    _restricted("containers 0 livenessProbe httpGet host", "169.254.169.254", "the kubelet asks the pod itself"),
    _restricted("containers 0 lifecycle preStop httpGet host", "169.254.169.254", "the kubelet asks the pod itself"),
    _restricted("containers 0 startupProbe tcpSocket host", "10.0.0.1", "the kubelet asks the pod itself"),
    _restricted(
        "volumes 0",
        {"name": "tmp", "hostPath": {"path": "/"}},
        "no host paths",
        f"{_POD.replace(' ', '.')}.volumes[0].hostPath",
    ),
    _restricted(
        "volumes 0", {"name": "tmp", "nfs": {"server": "x"}}, "no host paths", "spec.template.spec.volumes[0].nfs"
    ),
    *(
        bad
        for where in (_SECURITY, _INIT)
        for bad in (
            _restricted(f"{where} privileged", True, "write false"),
            _restricted(f"{where} allowPrivilegeEscalation", True, "write false"),
            _restricted(f"{where} allowPrivilegeEscalation", GONE, "write false"),
            _restricted(f"{where} capabilities drop", ["NET_RAW"], "write [ALL]"),
            _restricted(f"{where} capabilities drop", GONE, "write [ALL]"),
            _restricted(f"{where} capabilities add", ["SYS_ADMIN"], "only NET_BIND_SERVICE"),
            _restricted(f"{where} procMount", "Unmasked", "/proc stays masked"),
            _restricted(f"{where} runAsNonRoot", False, "write true"),
            _restricted(f"{where} runAsUser", 0.0, "a user other than 0"),
            _restricted(f"{where} seccompProfile type", "Unconfined", "write RuntimeDefault"),
            _restricted(f"{where} appArmorProfile type", "Unconfined", "write RuntimeDefault"),
            _restricted(f"{where} seLinuxOptions type", "spc_t", "container_t"),
            _restricted(f"{where} seLinuxOptions user", "system_u", "leave it out"),
            _restricted(f"{where} windowsOptions hostProcess", True, "leave it out"),
        )
    ),
    _restricted("securityContext runAsNonRoot", False, "write true"),
    _restricted("securityContext runAsUser", 0.0, "a user other than 0"),
    _restricted("securityContext seccompProfile type", "Unconfined", "write RuntimeDefault"),
    _restricted("securityContext seccompProfile", GONE, "write RuntimeDefault", f"{_CONTEXT_PATH}.seccompProfile.type"),
    _restricted(
        "securityContext sysctls", [{"name": "kernel.msgmax"}], "the node's kernel", f"{_CONTEXT_PATH}.sysctls[0].name"
    ),
    Bad(
        "pod-security-restricted",
        _DEPLOYMENT,
        "spec template metadata annotations container.apparmor.security.beta.kubernetes.io/backend",
        "unconfined",
        "write runtime/default",
    ),
    _restricted(
        "ephemeralContainers", [{**CONTAINER, "securityContext": {}}], "write false", "spec.template.spec.ephemeral"
    ),
    *(
        Bad("pod-security-restricted", name, f"{path} hostNetwork", True, "the whole node")
        for name, path in (
            ("kubernetes:apps/v1:StatefulSet", _POD),
            ("kubernetes:apps/v1:DaemonSet", _POD),
            ("kubernetes:apps/v1:ReplicaSet", _POD),
            ("kubernetes:apps/v1:DeploymentList", f"items 0 {_POD}"),
            ("kubernetes:batch/v1:Job", _POD),
            ("kubernetes:batch/v1:CronJob", f"spec jobTemplate {_POD}"),
            ("kubernetes:core/v1:Pod", "spec"),
            ("kubernetes:v1:Pod", "spec"),
            ("kubernetes:core/v1:PodTemplate", "template spec"),
            ("kubernetes:core/v1:ReplicationController", _POD),
            ("kubernetes:argoproj.io/v1alpha1:Rollout", _POD),
            ("kubernetes:keda.sh/v1alpha1:ScaledJob", "spec jobTargetRef template spec"),
        )
    ),
    *(
        Bad(
            "pod-security-restricted",
            "kubernetes:core/v1:Namespace",
            "metadata labels pod-security.kubernetes.io/enforce",
            value,
            "write 'restricted'",
        )
        for value in (GONE, "baseline", "privileged")
    ),
]

WORKLOADS: Final = [
    *(
        Bad(
            "read-only-root",
            _DEPLOYMENT,
            f"{_POD} {where} readOnlyRootFilesystem",
            value,
            "write true, and an emptyDir",
        )
        for where in (_SECURITY, _INIT)
        for value in (False, GONE)
    ),
    Bad(
        "read-only-root",
        "kubernetes:batch/v1:CronJob",
        f"spec jobTemplate {_POD} {_SECURITY} readOnlyRootFilesystem",
        GONE,
        "true",
    ),
    Bad("high-uid", _DEPLOYMENT, f"{_POD} securityContext runAsUser", 1000.0, "write a user of 10000 or more"),
    Bad("high-uid", _DEPLOYMENT, f"{_POD} securityContext runAsUser", GONE, "write a user of 10000 or more"),
    Bad("high-uid", _DEPLOYMENT, f"{_POD} {_SECURITY} runAsUser", 1000.0, "write a user of 10000 or more"),
    Bad("workload-identity", _DEPLOYMENT, "metadata namespace", GONE, "write a namespace of the platform"),
    Bad("workload-identity", _DEPLOYMENT, "metadata namespace", "default", "write a namespace of the platform"),
    Bad("workload-identity", _DEPLOYMENT, f"{_POD} serviceAccountName", GONE, "write a service account"),
    Bad("workload-identity", _DEPLOYMENT, f"{_POD} serviceAccountName", "default", "shared by every pod"),
    *(
        Bad("workload-identity", name, path, value, "write false")
        for name, path in (
            (_DEPLOYMENT, f"{_POD} automountServiceAccountToken"),
            ("kubernetes:core/v1:ServiceAccount", "automountServiceAccountToken"),
        )
        for value in (True, GONE)
    ),
    *(
        Bad("container-resources", _DEPLOYMENT, f"{_POD} {where} resources {part} {quantity}", GONE, "write a quantity")
        for where in ("containers 0", "initContainers 0")
        for part in ("requests", "limits")
        for quantity in ("cpu", "memory")
    ),
    *(
        Bad("container-probes", name, f"{_CONTAINER} {probe}", GONE, "write httpGet, tcpSocket, grpc or exec")
        for name in (_DEPLOYMENT, "kubernetes:apps/v1:StatefulSet", "kubernetes:argoproj.io/v1alpha1:Rollout")
        for probe in ("livenessProbe", "readinessProbe")
    ),
    Bad("container-probes", _DEPLOYMENT, f"{_CONTAINER} startupProbe", GONE, "write httpGet", config={"startup": True}),
    Bad(
        "container-probes",
        _DEPLOYMENT,
        f"{_POD} initContainers 0 restartPolicy",
        "Always",
        "write httpGet",
        at="spec.template.spec.initContainers[0].livenessProbe",
    ),
    *(
        Bad("image-reference", _DEPLOYMENT, f"{_CONTAINER} image", image, "write the exact tag, or a digest")
        for image in (
            "backend",
            "backend:latest",
            "localhost:5000/backend",
            "registry.example.org:5000/team/backend:latest",
        )
    ),
    Bad("image-reference", _DEPLOYMENT, f"{_POD} initContainers 0 image", "busybox", "write the exact tag"),
    Bad("image-reference", _DEPLOYMENT, f"{_CONTAINER} image", "backend:1.2.3", "the digest", config={"digests": True}),
    Bad(
        "image-reference",
        _DEPLOYMENT,
        f"{_CONTAINER} image",
        "docker.io/library/redis:7.4.1",
        "an image of an approved registry",
        config={"registries": ["*.dkr.ecr.*.amazonaws.com/*"]},
    ),
    Bad(
        "secrets-as-files",
        _DEPLOYMENT,
        f"{_CONTAINER} env 0",
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}},
        "mount the secret as a file",
        at="spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef",
    ),
    Bad(
        "secrets-as-files",
        _DEPLOYMENT,
        f"{_CONTAINER} envFrom 0",
        {"secretRef": {"name": "database"}},
        "mount the secret as files",
        at="spec.template.spec.containers[0].envFrom[0].secretRef",
    ),
    *(
        Bad(
            "secrets-as-files",
            _DEPLOYMENT,
            f"{_CONTAINER} env 0",
            {"name": name, "value": value},
            "keep the secret in Secrets Manager",
            at="spec.template.spec.containers[0].env[0].value",
        )
        for name, value in (
            ("DATABASE_PASSWORD", "correct-horse"),
            ("api-key", "0123456789"),
            ("githubToken", "ghp_" + "a" * 36),
            ("DATABASE_URL", "postgresql://app:correct-horse@db:5432/app"),
            ("WHATEVER", "AKIA" + "A" * 16),
        )
    ),
    Bad(
        "secrets-as-files", "kubernetes:core/v1:ConfigMap", "data DATABASE_PASSWORD", "correct-horse", "Secrets Manager"
    ),
    Bad(
        "secrets-as-files",
        "kubernetes:core/v1:ConfigMap",
        "data LOG_LEVEL",
        "-----BEGIN RSA PRIVATE KEY-----",
        "Secrets",
    ),
]

_PATCH: Final = "kubernetes:apps/v1:DeploymentPatch"
_VOLUME: Final = "kubernetes:core/v1:PersistentVolume"

FORMS: Final = [
    # patches are judged by what they say
    Bad("pod-security-restricted", _PATCH, f"{_POD} hostNetwork", True, "the whole node"),
    Bad(
        "pod-security-restricted",
        _PATCH,
        f"{_POD} containers",
        [{"name": "backend", "securityContext": {"privileged": True}}],
        "write false",
        at="spec.template.spec.containers[0].securityContext.privileged",
    ),
    Bad(
        "image-reference",
        _PATCH,
        f"{_POD} containers",
        [{"image": "x:latest"}],
        "write the exact tag",
        at="spec.template.spec.containers[0].image",
    ),
    Bad(
        "pod-security-restricted",
        "kubernetes:core/v1:NamespacePatch",
        "metadata labels",
        {"pod-security.kubernetes.io/enforce": "privileged"},
        "write 'restricted'",
        at="metadata.labels",
    ),
    Bad(
        "workload-identity",
        "kubernetes:core/v1:ServiceAccountPatch",
        "automountServiceAccountToken",
        True,
        "write false",
    ),
    Bad(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRolePatch",
        "rules",
        [{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}],
        "one by one",
        at="rules[0].verbs[0]",
    ),
    Bad(
        "high-uid",
        _DEPLOYMENT,
        f"{_POD} securityContext runAsUser",
        10001.0,
        "20000 or more, such as 20001",
        config={"minimum_uid": 20000},
    ),
    # a directory of the node by way of a volume
    *(
        Bad("pod-security-restricted", _VOLUME, f"spec {kind}", {"path": "/"}, "no directory of a node")
        for kind in ("hostPath", "local")
    ),
    # the account's token by way of a volume
    Bad(
        "workload-identity",
        _DEPLOYMENT,
        f"{_POD} volumes 0",
        {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
        "write the audience",
        at="spec.template.spec.volumes[0].projected.sources[0].serviceAccountToken",
    ),
    # Windows is excused from what it doesn't have, not from the rest
    Bad(
        "pod-security-restricted",
        _DEPLOYMENT,
        _POD,
        {"os": {"name": "windows"}, "containers": [{"securityContext": {"windowsOptions": {"hostProcess": True}}}]},
        "leave it out",
        at="spec.template.spec.containers[0].securityContext.windowsOptions.hostProcess",
    ),
    *(
        Bad(
            "pod-security-restricted",
            _DEPLOYMENT,
            f"{_POD} {path}",
            value,
            says,
            config={"levels": {"toolboxai-production": "baseline"}},
        )
        for path, value, says in (
            ("hostPID", True, "the whole node"),
            ("containers 0 securityContext capabilities add", ["SYS_ADMIN"], "may be added"),
            ("containers 0 securityContext seccompProfile type", "Unconfined", "RuntimeDefault"),
        )
    ),
    *(
        Bad("image-reference", _DEPLOYMENT, f"{_CONTAINER} image", f"backend:{tag}", "write the exact tag")
        for tag in ("stable", "main", "edge")
    ),
    *(
        Bad(
            "image-reference",
            _DEPLOYMENT,
            f"{_CONTAINER} image",
            image,
            "an image of an approved registry",
            config={"registries": ["*.dkr.ecr.*.amazonaws.com/*"]},
        )
        for image in (
            "evil.example.org/x.dkr.ecr.us-east-1.amazonaws.com/backend:1.2",
            "redis:7.4.1",
            "x.dkr.ecr.us-east-1.amazonaws.com.evil.example.org/backend:1.2",
        )
    ),
    *(
        Bad(
            "secrets-as-files",
            _DEPLOYMENT,
            f"{_CONTAINER} env 0",
            {"name": name, "value": "correct-horse"},
            "keep the secret in Secrets Manager",
            at="spec.template.spec.containers[0].env[0].value",
        )
        for name in ("PGPASSWORD", "MYSQL_PWD", "dbPassword", "clientSecret", "githubToken")
    ),
    Bad(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "rules 0",
        {"nonResourceURLs": ["/*"], "verbs": ["get"]},
        "one by one",
        at="rules[0].nonResourceURLs[0]",
    ),
    Bad(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "subjects 0 name",
        "system:serviceaccounts",
        "of your own",
    ),
]

BAD: Final = [*FORMS, *POD_SECURITY, *WORKLOADS]
"""All of them."""
