"""The judge itself: one good pod, and one change for each rule that it must see."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.pod_security import hardening_violations, pod_of, restricted_violations

GOOD: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "good"},
    "spec": {
        "template": {
            "spec": {
                "serviceAccountName": "good",
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "terminationGracePeriodSeconds": 30,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 10001,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}],
                "containers": [
                    {
                        "name": "good",
                        "image": "registry.example.com/good:1.0.0",
                        "resources": {
                            "requests": {"cpu": "1m", "memory": "1Mi"},
                            "limits": {"cpu": "1m", "memory": "1Mi"},
                        },
                        "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                        "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                        "startupProbe": {"httpGet": {"path": "/", "port": 80}},
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            }
        }
    },
}

Change = Callable[[dict[str, Any], dict[str, Any]], object]


def _broken(change: Change) -> dict[str, Any]:
    manifest = copy.deepcopy(GOOD)
    pod = manifest["spec"]["template"]["spec"]
    change(pod, pod["containers"][0])
    return manifest


def test_the_good_pod_passes() -> None:
    assert restricted_violations(GOOD) == []
    assert hardening_violations(GOOD) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pod, _: pod.update(hostNetwork=True), id="host network"),
        pytest.param(lambda pod, _: pod.update(hostPID=True), id="host processes"),
        pytest.param(lambda pod, _: pod.update(hostIPC=True), id="host IPC"),
        pytest.param(lambda pod, _: pod["volumes"].append({"name": "h", "hostPath": {"path": "/"}}), id="host path"),
        pytest.param(lambda pod, _: pod["volumes"].append({"name": "n", "nfs": {"server": "x"}}), id="nfs"),
        pytest.param(lambda pod, _: pod["securityContext"].update(runAsNonRoot=False), id="may be root"),
        pytest.param(lambda pod, _: pod["securityContext"].update(runAsUser=0), id="is root"),
        pytest.param(lambda pod, _: pod["securityContext"].pop("seccompProfile"), id="no seccomp"),
        pytest.param(
            lambda pod, _: pod["securityContext"].update(seccompProfile={"type": "Unconfined"}), id="unconfined"
        ),
        pytest.param(
            lambda pod, _: pod["securityContext"].update(sysctls=[{"name": "kernel.msgmax", "value": "1"}]), id="sysctl"
        ),
        pytest.param(lambda pod, _: pod["securityContext"].update(seLinuxOptions={"type": "spc_t"}), id="SELinux type"),
        pytest.param(
            lambda pod, _: pod["securityContext"].update(appArmorProfile={"type": "Unconfined"}), id="AppArmor"
        ),
        pytest.param(
            lambda pod, _: pod["securityContext"].update(windowsOptions={"hostProcess": True}), id="host process"
        ),
        pytest.param(lambda _, c: c["securityContext"].update(privileged=True), id="privileged"),
        pytest.param(lambda _, c: c["securityContext"].update(runAsNonRoot=False), id="container may be root"),
        pytest.param(lambda _, c: c["securityContext"].update(runAsUser=0), id="container is root"),
        pytest.param(lambda _, c: c["securityContext"].pop("allowPrivilegeEscalation"), id="escalation unsaid"),
        pytest.param(
            lambda _, c: c["securityContext"].update(capabilities={"drop": ["NET_RAW"]}), id="not all dropped"
        ),
        pytest.param(
            lambda _, c: c["securityContext"].update(capabilities={"drop": ["ALL"], "add": ["CHOWN"]}), id="capability"
        ),
        pytest.param(lambda _, c: c["securityContext"].update(procMount="Unmasked"), id="procMount"),
        pytest.param(lambda _, c: c.update(ports=[{"containerPort": 1, "hostPort": 1}]), id="host port"),
        pytest.param(lambda _, c: c["livenessProbe"]["httpGet"].update(host="10.0.0.1"), id="probe host"),
        pytest.param(lambda pod, c: pod.update(initContainers=[{**c, "securityContext": {}}]), id="init container"),
    ],
)
def test_each_rule_of_restricted_is_seen(change: Change) -> None:
    assert restricted_violations(_broken(change))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pod, _: pod.update(serviceAccountName="default"), id="default account"),
        pytest.param(lambda pod, _: pod.pop("automountServiceAccountToken"), id="token unsaid"),
        pytest.param(lambda pod, _: pod.pop("enableServiceLinks"), id="service links"),
        pytest.param(lambda pod, _: pod["securityContext"].update(runAsUser=1001), id="low user"),
        pytest.param(lambda pod, _: pod["volumes"][0].update(emptyDir={}), id="unlimited tmpfs"),
        pytest.param(lambda pod, _: pod.pop("terminationGracePeriodSeconds"), id="grace unsaid"),
        pytest.param(lambda _, c: c["securityContext"].pop("readOnlyRootFilesystem"), id="writable root"),
        pytest.param(lambda _, c: c["resources"].pop("limits"), id="no limits"),
        pytest.param(lambda _, c: c["resources"]["requests"].pop("cpu"), id="no request of cpu"),
        pytest.param(lambda _, c: c.update(image="registry.example.com:5000/x"), id="no tag"),
        pytest.param(lambda _, c: c.update(image="x:latest"), id="latest"),
        pytest.param(lambda _, c: c.pop("startupProbe"), id="no startup probe"),
        pytest.param(lambda _, c: c.update(envFrom=[{"secretRef": {"name": "s"}}]), id="secret in envFrom"),
        pytest.param(
            lambda _, c: c.update(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
            id="secret in env",
        ),
    ],
)
def test_each_rule_of_ours_is_seen(change: Change) -> None:
    assert hardening_violations(_broken(change))


def test_a_cron_jobs_pod_is_found() -> None:
    pod = GOOD["spec"]["template"]["spec"]
    cron = {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}}
    assert pod_of(cron) is pod
    assert pod_of({"kind": "Service", "spec": {}}) is None
