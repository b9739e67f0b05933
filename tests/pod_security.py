"""An independent judge of pods: Pod Security's ``restricted`` level (with ``baseline``) and our own hardening.

Written from the rules themselves (kubernetes/pod-security-admission, 2026-07-01; the list in the project's facts), on
plain dicts as the API server gets them, and without a line of the kit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_VOLUMES: Final = frozenset(
    {
        "configMap", "downwardAPI", "emptyDir", "projected", "secret", "csi", "persistentVolumeClaim", "ephemeral",
        "image",
    }
)  # fmt: skip
_SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    }
)  # fmt: skip
_SELINUX_TYPES: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_SECCOMP: Final = frozenset({"RuntimeDefault", "Localhost"})
_BASELINE_CAPABILITIES: Final = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
_CONTROLLERS: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})

Object = Mapping[str, Any]


def pod_of(manifest: Object) -> Object | None:
    """The pod spec inside a manifest, ``None`` where it makes no pods."""
    kind, spec = manifest["kind"], manifest.get("spec", {})
    if kind == "Pod":
        found = spec
    elif kind in _CONTROLLERS:
        found = spec["template"]["spec"]
    elif kind == "CronJob":
        found = spec["jobTemplate"]["spec"]["template"]["spec"]
    else:
        return None
    assert isinstance(found, Mapping)
    return found


def containers_of(pod: Object) -> Iterator[tuple[str, Object]]:
    """Every container with where it stands."""
    for field in ("containers", "initContainers", "ephemeralContainers"):
        for index, container in enumerate(pod.get(field) or ()):
            yield f"{field}[{index}]", container


def restricted_violations(manifest: Object) -> list[str]:
    """What Pod Security at ``restricted`` would refuse of the manifest's pods; empty where it makes none."""
    pod = pod_of(manifest)
    if pod is None:
        return []
    return [*_baseline(pod), *_restricted(pod)]


def _security(holder: Object) -> Object:
    context = holder.get("securityContext") or {}
    assert isinstance(context, Mapping)
    return context


def _baseline(pod: Object) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"{field} is true"
    for volume in pod.get("volumes") or ():
        if "hostPath" in volume:
            yield f"volume {volume['name']} is a hostPath"
    for sysctl in _security(pod).get("sysctls") or ():
        if sysctl["name"] not in _SYSCTLS:
            yield f"sysctl {sysctl['name']} is not a safe one"
    yield from _context_baseline("pod", _security(pod))
    for where, container in containers_of(pod):
        yield from _container_baseline(where, container)


def _context_baseline(where: str, context: Object) -> Iterator[str]:
    windows = context.get("windowsOptions") or {}
    if windows.get("hostProcess"):
        yield f"{where}: hostProcess"
    selinux = context.get("seLinuxOptions") or {}
    if selinux.get("type", "") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"{where}: SELinux options beyond the allowed types"
    apparmor = context.get("appArmorProfile")
    if apparmor is not None and apparmor.get("type") not in {"RuntimeDefault", "Localhost"}:
        yield f"{where}: AppArmor is {apparmor.get('type')}"


def _container_baseline(where: str, container: Object) -> Iterator[str]:
    context = _security(container)
    yield from _context_baseline(where, context)
    if context.get("privileged"):
        yield f"{where}: privileged"
    if context.get("procMount", "Default") != "Default":
        yield f"{where}: procMount {context['procMount']}"
    added = set((context.get("capabilities") or {}).get("add") or ())
    if added - _BASELINE_CAPABILITIES:
        yield f"{where}: adds capabilities {sorted(added - _BASELINE_CAPABILITIES)}"
    if any(port.get("hostPort") for port in container.get("ports") or ()):
        yield f"{where}: a host port"
    handlers = [container.get(probe) for probe in ("livenessProbe", "readinessProbe", "startupProbe")]
    lifecycle = container.get("lifecycle") or {}
    for handler in (*handlers, lifecycle.get("postStart"), lifecycle.get("preStop")):
        if any((handler or {}).get(way, {}).get("host") for way in ("httpGet", "tcpSocket")):
            yield f"{where}: a probe or hook names a host"


def _restricted(pod: Object) -> Iterator[str]:
    for volume in pod.get("volumes") or ():
        kinds = set(volume) - {"name"}
        if len(kinds) != 1 or not kinds <= _VOLUMES:
            yield f"volume {volume['name']} is of kind {sorted(kinds)}"
    own = _security(pod)
    if own.get("runAsUser") == 0:
        yield "pod: runAsUser 0"
    for where, container in containers_of(pod):
        yield from _container_restricted(where, _security(container), own)


def _container_restricted(where: str, context: Object, own: Object) -> Iterator[str]:
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{where}: allowPrivilegeEscalation is not false"
    capabilities = context.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f"{where}: capabilities are not all dropped"
    if set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
        yield f"{where}: adds capabilities other than NET_BIND_SERVICE"
    if context.get("runAsNonRoot", own.get("runAsNonRoot")) is not True:
        yield f"{where}: runAsNonRoot is not true"
    if context.get("runAsUser") == 0:
        yield f"{where}: runAsUser 0"
    seccomp = context.get("seccompProfile") or own.get("seccompProfile") or {}
    if seccomp.get("type") not in _SECCOMP:
        yield f"{where}: seccomp profile is {seccomp.get('type')}"


def hardening_violations(manifest: Object) -> list[str]:
    """What Pod Security leaves open and the platform demands of its own pods; empty where the manifest makes none."""
    pod = pod_of(manifest)
    if pod is None:
        return []
    return [*_pod_hardening(pod), *_container_hardening(pod, lasting=manifest["kind"] in {"Deployment", "StatefulSet"})]


def _pod_hardening(pod: Object) -> Iterator[str]:
    if pod.get("serviceAccountName") in {None, "", "default"}:
        yield "no service account of its own"
    if "automountServiceAccountToken" not in pod:
        yield "automountServiceAccountToken is not said"
    if pod.get("enableServiceLinks") is not False:
        yield "enableServiceLinks is not false"
    user = _security(pod).get("runAsUser")
    if not isinstance(user, int) or user < 10000:
        yield f"runAsUser is {user}: 10000 or more"
    for volume in pod.get("volumes") or ():
        if "emptyDir" in volume and not volume["emptyDir"].get("sizeLimit"):
            yield f"volume {volume['name']} has no sizeLimit"
    if not pod.get("terminationGracePeriodSeconds"):
        yield "terminationGracePeriodSeconds is not said"


def _container_hardening(pod: Object, *, lasting: bool) -> Iterator[str]:
    for where, container in containers_of(pod):
        if _security(container).get("readOnlyRootFilesystem") is not True:
            yield f"{where}: root file system can be written"
        resources = container.get("resources") or {}
        for field in ("requests", "limits"):
            if not {"cpu", "memory"} <= set(resources.get(field) or ()):
                yield f"{where}: no {field} of cpu and memory"
        tag = container["image"].partition("@")[0].rpartition("/")[2].partition(":")[2]
        if not tag or tag == "latest":
            yield f"{where}: image has no exact tag"
        yield from _secrets_in_env(where, container)
        if lasting and where.startswith("containers"):
            for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
                if not container.get(probe):
                    yield f"{where}: no {probe}"


def _secrets_in_env(where: str, container: Object) -> Iterator[str]:
    entries: Sequence[Object] = container.get("env") or ()
    if any("secretKeyRef" in (entry.get("valueFrom") or {}) for entry in entries):
        yield f"{where}: a secret in the environment"
    if any("secretRef" in source for source in container.get("envFrom") or ()):
        yield f"{where}: a secret in the environment"
