"""Pod Security Standard ``restricted``, read from the pod specification itself.

The checks are those of Kubernetes' own pod-security-admission (baseline and restricted, as of 2026-07), here before
anything reaches a cluster. Namespaces carry the level as a label, so the API server enforces the same again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .core.reading import Field
from .core.rules import (
    About,
    Config,
    Resource,
    Result,
    Setting,
    Unseen,
    each_must,
    list_must_be_seen,
    must_be_false,
    must_be_seen,
    must_contain,
    must_not_be_true,
    reasoned,
    unless,
    wrong,
)
from .objects import object_rule
from .pods import Pod, is_workload, pod_of

_NAMESPACE: Final = "kubernetes:core/v1:Namespace"
_VOLUME: Final = "kubernetes:core/v1:PersistentVolume"
_ENFORCE: Final = "pod-security.kubernetes.io/enforce"
_LEVELS: Final = ("privileged", "baseline", "restricted")

VOLUMES: Final = frozenset(
    {
        "configMap",
        "downwardAPI",
        "emptyDir",
        "projected",
        "secret",
        "csi",
        "persistentVolumeClaim",
        "ephemeral",
        "image",
    }
)
"""Kinds of volume that the standard lets pods have."""

SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
    }
)
"""Kernel settings that stay within the pod."""

_SELINUX_TYPES: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_PROFILES: Final = frozenset({"RuntimeDefault", "Localhost"})
_HOOKS: Final = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)


def _host_access(pod: Pod, _: str) -> Iterator[Result]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        yield from must_not_be_true(pod.spec[name], "leave it out: the pod would see the whole node")
    for container in pod.containers:
        yield from list_must_be_seen(container["ports"])
        for port in container["ports"].each():
            yield from unless(lambda it: not it.number, port["hostPort"], "leave it out: a Service reaches the pod")
        for hook in _HOOKS:
            for action in ("httpGet", "tcpSocket"):
                yield from unless(
                    lambda it: it.missing,
                    container.at(*hook, action, "host"),
                    "leave it out: the kubelet asks the pod itself",
                )


def _volumes(pod: Pod, level: str) -> Iterator[Result]:
    volumes = pod.spec["volumes"]
    if volumes.unknown:
        yield Unseen(volumes.path)
    for volume in volumes.each():
        yield from must_be_seen(volume)
        for kind in volume.keys:
            refused = kind not in VOLUMES if level == "restricted" else kind == "hostPath"
            if kind != "name" and refused and not volume[kind].missing:
                yield wrong(
                    volume[kind], "write one of emptyDir, configMap, secret, projected or a claim: no host paths"
                )


BASELINE_CAPABILITIES: Final = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
"""What the level ``baseline`` lets containers add."""


def _privileges(pod: Pod, level: str) -> Iterator[Result]:
    allowed = {"NET_BIND_SERVICE"} if level == "restricted" else BASELINE_CAPABILITIES
    for container in pod.containers:
        security = container["securityContext"]
        yield from must_not_be_true(security["privileged"], "leave it out, or write false")
        if level == "restricted" and not pod.windows:
            yield from must_be_false(security["allowPrivilegeEscalation"], "write false")
            yield from must_contain(security.at("capabilities", "drop"), {"ALL"}, "write [ALL]")
        yield from each_must(
            lambda it: it.text in allowed,
            security.at("capabilities", "add"),
            f"leave it out; only {', '.join(sorted(allowed))} may be added",
        )
        yield from unless(
            lambda it: it.text in {"", "Default"}, security["procMount"], "leave it out: /proc stays masked"
        )


def _either(pod: Pod, container: Field, *path: str) -> Field:
    """The container's own value of its security context, or the pod's where it has none."""
    own = container["securityContext"].at(*path)
    return pod.spec["securityContext"].at(*path) if own.missing else own


def _user(pod: Pod, level: str) -> Iterator[Result]:
    if level != "restricted" or pod.spec["hostUsers"].value is False:
        return  # in a user namespace of its own root is nobody on the node (1.35)
    own = pod.spec["securityContext"]
    yield from unless(lambda it: it.value is not False, own["runAsNonRoot"], "write true")
    yield from unless(lambda it: it.number != 0, own["runAsUser"], "write a user other than 0, such as 10001")
    for container in pod.containers:
        yield from unless(
            lambda it: it.true,
            _either(pod, container, "runAsNonRoot"),
            "write true, in the pod's or the container's context",
        )
        yield from unless(
            lambda it: it.number != 0, _either(pod, container, "runAsUser"), "write a user other than 0, such as 10001"
        )


def _seccomp(pod: Pod, level: str) -> Iterator[Result]:
    of_pod = pod.spec["securityContext"].at("seccompProfile", "type")
    yield from unless(lambda it: it.missing or it.text in _PROFILES, of_pod, "write RuntimeDefault")
    demanded = level == "restricted" and not pod.windows
    for container in pod.containers:
        profile = _either(pod, container, "seccompProfile", "type")
        if demanded or not profile.missing:
            yield from unless(lambda it: it.text in _PROFILES, profile, "write RuntimeDefault")


def _confinement(pod: Pod, _: str) -> Iterator[Result]:
    for security in (pod.spec["securityContext"], *(it["securityContext"] for it in pod.containers)):
        yield from unless(
            lambda it: it.text in _PROFILES or it.missing,
            security.at("appArmorProfile", "type"),
            "write RuntimeDefault",
        )
        selinux = security["seLinuxOptions"]
        yield from unless(
            lambda it: it.text in _SELINUX_TYPES, selinux["type"], "leave it out: container_t is the default"
        )
        for name in ("user", "role"):
            yield from unless(lambda it: it.missing, selinux[name], "leave it out")
        yield from must_not_be_true(security.at("windowsOptions", "hostProcess"), "leave it out")
    yield from must_be_seen(pod.metadata["annotations"])
    for key in pod.metadata["annotations"].keys:
        if key.startswith("container.apparmor.security.beta.kubernetes.io/"):
            profile = pod.metadata["annotations"][key]
            yield from unless(
                lambda it: it.text in {"", "runtime/default"} or it.text.startswith("localhost/"),
                profile,
                "write runtime/default",
            )
    yield from must_be_seen(pod.spec.at("securityContext", "sysctls"))
    for sysctl in pod.spec.at("securityContext", "sysctls").each():
        yield from unless(lambda it: it.text in SYSCTLS, sysctl["name"], "leave it out: it changes the node's kernel")


def satisfies(pod: Pod, level: str) -> Iterator[Result]:
    """Everything that the standard's level asks of a pod."""
    for field in pod.hidden:
        yield Unseen(field.path)
    for check in (_host_access, _volumes, _privileges, _user, _seccomp, _confinement):
        yield from check(pod, level)


def _node_disk(resource: Resource) -> Iterator[Result]:
    """A volume that is a directory of the node gives a pod what its own ``hostPath`` may not."""
    spec = resource["spec"]
    yield from must_be_seen(spec)
    for kind in ("hostPath", "local"):
        yield from unless(
            lambda it: it.empty, spec[kind], "write a csi volume, or let a StorageClass make it: no directory of a node"
        )


def _namespace(resource: Resource, config: Config) -> Iterator[Result]:
    metadata = resource["metadata"]
    name = metadata["name"].text
    level = metadata["labels"][_ENFORCE]
    levels = config.table("levels")
    wanted = levels.get(name, "restricted")
    if wanted not in _LEVELS:
        wanted = "restricted"
    reason = metadata["annotations"][config.text("reason_annotation")]
    if level.text == "baseline" and reasoned(reason):
        return
    yield from unless(
        lambda it: it.text in _LEVELS and _LEVELS.index(it.text) >= _LEVELS.index(str(wanted)),
        level,
        f"write '{wanted}'; 'baseline' needs its reason in the annotation {config.text('reason_annotation')}, "
        "'privileged' an entry in the setting levels",
    )


def check_pod_security(resource: Resource, config: Config) -> Iterator[Result]:
    """Pods by their specification, but in namespaces of a lower level; namespaces by their label."""
    if resource.type == _NAMESPACE:
        yield from _namespace(resource, config)
    elif resource.type == _VOLUME:
        yield from _node_disk(resource)
    else:
        pod = pod_of(resource)
        level = config.table("levels").get(pod.namespace.text, "restricted")
        if level != "privileged":
            yield from satisfies(pod, "baseline" if level == "baseline" else "restricted")


pod_security = object_rule(
    About(
        name="pod-security-restricted",
        description="Pods satisfy Pod Security `restricted`: not root, no privileges, no access to the node.",
        severity="high",
        remedy="Declare the workload through the platform's hardened Workload, or copy its security context; an agent "
        "that must reach the node belongs into the privileged namespace for node agents.",
        controls={
            "PSS": ("restricted",),
            "CIS EKS 1.8.0": ("4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5"),
            "NSA/CISA Kubernetes Hardening 1.2": ("pod security",),
            "OWASP Agentic Top 10": ("ASI05",),
            "SOC 2": ("CC6.1",),
        },
        settings={
            "levels": Setting(
                {"type": "object", "additionalProperties": {"enum": list(_LEVELS)}},
                {"node-agents": "privileged"},
                "Namespaces of a lower level than restricted, by which their pods are judged; privileged ones aren't.",
            ),
            "reason_annotation": Setting(
                {"type": "string"},
                "platform/pod-security-reason",
                "Annotation of a Namespace that says why it is `baseline`.",
            ),
        },
    ),
    lambda name: name in {_NAMESPACE, _VOLUME} or is_workload(name),
    check_pod_security,
)
