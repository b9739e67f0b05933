"""What the platform asks of pods beyond Pod Security ``restricted``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from .core.reading import Field
from .core.rules import (
    About,
    Config,
    Resource,
    Result,
    Setting,
    Unseen,
    flag,
    list_must_be_seen,
    must_be_absent,
    must_be_given,
    must_be_seen,
    must_be_true,
    reasoned,
    strings,
    unless,
    whole,
    wrong,
)
from .objects import object_rule
from .pods import Pod, is_workload, pod_of

_EXEMPT: Final = strings(
    ["node-agents"], "Namespaces of agents that must be root on the node: their pods are left out."
)
_ACCOUNT: Final = "kubernetes:core/v1:ServiceAccount"
_MAP: Final = "kubernetes:core/v1:ConfigMap"


def _each_pod(check: Callable[[Pod, Config], Iterator[Result]]) -> Callable[[Resource, Config], Iterator[Result]]:
    """``check`` for every pod template of a resource but those of exempt namespaces."""

    def checked(resource: Resource, config: Config) -> Iterator[Result]:
        pod = pod_of(resource)
        if pod.namespace.text not in config.texts("exempt_namespaces"):
            for hidden in pod.hidden:
                yield Unseen(hidden.path)
            yield from check(pod, config)

    return checked


# --- read-only-root -------------------------------------------------------------------------------------------------


def _read_only(pod: Pod, _: Config) -> Iterator[Result]:
    for container in pod.containers if not pod.windows else ():
        yield from must_be_true(
            container["securityContext"]["readOnlyRootFilesystem"], "write true, and an emptyDir for what it must write"
        )


read_only_root = object_rule(
    About(
        name="read-only-root",
        description="Containers can't change their own root filesystem.",
        severity="medium",
        remedy="Set readOnlyRootFilesystem and mount emptyDir volumes on the directories that the program writes to.",
        controls={
            "NSA/CISA Kubernetes Hardening 1.2": ("immutable filesystem",),
            "Checkov": ("CKV_K8S_22",),
            "OWASP Agentic Top 10": ("ASI05",),
        },
        settings={"exempt_namespaces": _EXEMPT},
    ),
    is_workload,
    _each_pod(_read_only),
)


# --- high-uid -------------------------------------------------------------------------------------------------------


def _high_uid(pod: Pod, config: Config) -> Iterator[Result]:
    least = config.number("minimum_uid")
    of_pod = pod.spec["securityContext"]["runAsUser"]
    for container in pod.containers if not pod.windows else ():
        own = container["securityContext"]["runAsUser"]
        user = of_pod if own.missing else own
        yield from unless(
            lambda it: it.number is not None and it.number >= least,
            user,
            f"write a user of {least} or more, such as {least + 1}: low numbers are people and daemons on the node",
        )


high_uid = object_rule(
    About(
        name="high-uid",
        description="Containers run as a user number that no account of the node has.",
        severity="medium",
        remedy="Set runAsUser in the pod's security context; give the image's files to that user, or use fsGroup.",
        controls={"Checkov": ("CKV_K8S_40",), "NSA/CISA Kubernetes Hardening 1.2": ("non-root",)},
        settings={
            "minimum_uid": whole(10000, "Lowest user number that a container may run as.", minimum=1),
            "exempt_namespaces": _EXEMPT,
        },
    ),
    is_workload,
    _each_pod(_high_uid),
)


# --- workload-identity ----------------------------------------------------------------------------------------------


def _has_reason(metadata: Field, config: Config) -> bool:
    return reasoned(metadata["annotations"][config.text("reason_annotation")])


def _identity(pod: Pod, config: Config) -> Iterator[Result]:
    yield from unless(
        lambda it: it.text not in {"", "default"},
        pod.namespace,
        "write a namespace of the platform: `default` has no policies",
    )
    account = pod.spec["serviceAccountName"]
    yield from unless(
        lambda it: it.text not in {"", "default"},
        account,
        "write a service account of the workload's own: `default` is shared by every pod that names none",
    )
    name = f"{pod.namespace.text}/{account.text}"
    yield from must_be_seen(pod.metadata["annotations"])
    if _has_reason(pod.metadata, config) or config.matches("token_accounts", name):
        return
    yield from unless(
        lambda it: it.value is False,
        pod.spec["automountServiceAccountToken"],
        f"write false; a pod that calls the API says why in the annotation {config.text('reason_annotation')}",
    )
    yield from _projected(pod, config)


def _projected(pod: Pod, config: Config) -> Iterator[Result]:
    """The same token by another way: a projected volume, but for one that only another audience takes."""
    yield from list_must_be_seen(pod.spec["volumes"])
    for volume in pod.spec["volumes"].each():
        sources = volume["projected"]["sources"]
        yield from list_must_be_seen(sources)
        for source in sources.each():
            token = source["serviceAccountToken"]
            if not token.empty and token["audience"].missing:
                yield from must_be_seen(token)
                yield wrong(
                    token,
                    "write the audience that it is for; a pod that calls the API says why in the annotation "
                    f"{config.text('reason_annotation')}",
                )


def _account(resource: Resource, config: Config) -> Iterator[Result]:
    metadata = resource["metadata"]
    name = f"{metadata['namespace'].text}/{metadata['name'].text}"
    if _has_reason(metadata, config) or config.matches("token_accounts", name):
        return
    if metadata["namespace"].text in config.texts("exempt_namespaces"):
        return
    yield from unless(
        lambda it: it.value is False,
        resource["automountServiceAccountToken"],
        f"write false; an account that needs one says why in the annotation {config.text('reason_annotation')}",
    )


workload_identity = object_rule(
    About(
        name="workload-identity",
        description="Pods have a namespace and a service account of their own, and its token only with a reason.",
        severity="medium",
        remedy="Name a service account and switch the token off. AWS identities come by Pod Identity, not by it.",
        controls={
            "CIS EKS 1.8.0": ("4.1.5", "4.1.6", "4.5.2", "5.2.1"),
            "Checkov": ("CKV_K8S_21", "CKV_K8S_38", "CKV_K8S_41"),
            "OWASP MCP Top 10": ("MCP01", "MCP02"),
            "OWASP Agentic Top 10": ("ASI03",),
        },
        settings={
            "reason_annotation": Setting(
                {"type": "string"},
                "platform/token-reason",
                "Annotation of a pod template or ServiceAccount that says why it has a token.",
            ),
            "token_accounts": strings([], "Globs over `namespace/account` that may have a token."),
            "exempt_namespaces": _EXEMPT,
        },
    ),
    lambda name: name == _ACCOUNT or is_workload(name),
    lambda resource, config: (
        _account(resource, config) if resource.type == _ACCOUNT else _each_pod(_identity)(resource, config)
    ),
)


# --- container-resources --------------------------------------------------------------------------------------------


def _resources(pod: Pod, _: Config) -> Iterator[Result]:
    for container in pod.planned_containers:
        for part in ("requests", "limits"):
            for quantity in ("cpu", "memory"):
                if pod.spec.at("resources", part, quantity).missing:  # else the pod's containers share it (1.34)
                    yield from must_be_given(
                        container.at("resources", part, quantity),
                        "write a quantity: without it one pod can starve a node",
                    )


container_resources = object_rule(
    About(
        name="container-resources",
        description="Containers request, and are limited to, CPU and memory.",
        severity="medium",
        remedy="Write requests from what the container uses by day and limits from what it may use at most.",
        controls={
            "Checkov": ("CKV_K8S_10", "CKV_K8S_11", "CKV_K8S_12", "CKV_K8S_13"),
            "OWASP Agentic Top 10": ("ASI08",),
            "SOC 2": ("A1.1",),
        },
        settings={"exempt_namespaces": strings([], "Namespaces whose pods are left out.")},
    ),
    is_workload,
    _each_pod(_resources),
)


# --- container-probes -----------------------------------------------------------------------------------------------

_PROBED: Final = frozenset({"Deployment", "StatefulSet", "Rollout"})


def _probes(pod: Pod, config: Config) -> Iterator[Result]:
    if pod.kind not in _PROBED:
        return
    wanted = ("livenessProbe", "readinessProbe", *(("startupProbe",) if config.on("startup") else ()))
    for container in pod.main_containers:
        for name in wanted:
            if container[name].empty:
                yield wrong(
                    container[name], "write httpGet, tcpSocket, grpc or exec: a hung container serves errors otherwise"
                )


container_probes = object_rule(
    About(
        name="container-probes",
        description="Containers of Deployments and StatefulSets can be asked whether they live and are ready.",
        severity="medium",
        remedy="Add the probes; a program without a port is asked by a command.",
        controls={"Checkov": ("CKV_K8S_8", "CKV_K8S_9"), "SOC 2": ("A1.2",)},
        settings={
            "startup": flag(default=False, purpose="A startup probe is demanded as well."),
            "exempt_namespaces": strings([], "Namespaces whose pods are left out."),
        },
    ),
    is_workload,
    _each_pod(_probes),
)


# --- image-reference ------------------------------------------------------------------------------------------------

_DIGEST: Final = re.compile(r".+@sha256:[0-9a-f]{64}")


_MOVING: Final = frozenset({"", "latest", "stable", "main", "master", "edge", "nightly"})
"""Tags that name whatever was built last."""


def _tag(reference: str) -> str:
    """The tag of an image reference, the empty text where it has none."""
    _, _, tag = reference.rpartition("/")[2].partition("@")[0].partition(":")
    return tag


def _split(reference: str) -> tuple[str, str]:
    """Host and rest of an image reference; one without a host is Docker Hub's."""
    host, slash, rest = reference.partition("/")
    if slash and (set(host) & set(".:*") or host == "localhost"):
        return host, rest
    return "docker.io", reference


def _approved(reference: str, glob: str) -> bool:
    """Whether ``glob`` takes the image: its host by the glob's host, so that no path can pass for one."""
    host, rest = _split(reference)
    if "/" not in glob:
        return fnmatchcase(reference if "/" not in reference else host, glob)
    hosts, rests = _split(glob)
    return fnmatchcase(host, hosts) and fnmatchcase(rest, rests)


def _images(pod: Pod, config: Config) -> Iterator[Result]:
    registries = config.texts("registries")
    for container in pod.containers:
        image = container["image"]
        yield from must_be_seen(image)
        if image.unknown:
            continue
        pinned = bool(_DIGEST.fullmatch(image.text))
        if not pinned and _tag(image.text) in _MOVING:
            yield wrong(image, "write the exact tag, or a digest: what such a tag names is another image tomorrow")
        elif not pinned and config.on("digests"):
            yield wrong(image, "write the digest (`make pin` finds it): a tag can be moved")
        if registries and not any(_approved(image.text, glob) for glob in registries):
            yield wrong(
                image,
                "write an image of an approved registry (setting registries); mirror others by pull-through cache",
            )


image_reference = object_rule(
    About(
        name="image-reference",
        description="Images are named by an exact tag or digest, from approved registries.",
        severity="medium",
        remedy="Name the tag that was tested. Others' images come through the account's pull-through cache.",
        controls={
            "CIS EKS 1.8.0": ("5.1.4",),
            "Checkov": ("CKV_K8S_14", "CKV_K8S_43"),
            "OWASP MCP Top 10": ("MCP04",),
            "OWASP Agentic Top 10": ("ASI04",),
        },
        settings={
            "registries": strings(
                [],
                "Globs over image references, host and rest apart, that are approved; none given: every registry is.",
            ),
            "digests": flag(default=False, purpose="A digest is demanded, not only a tag."),
            "exempt_namespaces": strings([], "Namespaces whose pods are left out."),
        },
    ),
    is_workload,
    _each_pod(_images),
)


# --- secrets-as-files -----------------------------------------------------------------------------------------------

_SECRET_NAME: Final = re.compile(
    r"(?i:.*(?:password|passwd|passphrase|_pwd))"
    r"|(?i:(?:.*[_.-])?(?:secret|token|api[_.-]?key|private[_.-]?key|access[_.-]?key|credentials?|pwd))"
    r"|.*[a-z0-9](?:Secret|Token|ApiKey|PrivateKey|AccessKey|Credentials?|Pwd)"
)
"""Names that end as names of secrets do: in one word (``PGPASSWORD``), in parts, in camel case."""
_SECRET_VALUE: Final = re.compile(
    r"(?:AKIA|ASIA)[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_\w{20}|\bxox[abprs]-\w|\bsk-\w{16}|://[^/\s:@$]+:[^/\s@$]+@"
)
_HARMLESS: Final = ("/", "arn:", "$(", "${")
"""How a value begins that only says where a secret is: a file, an ARN, a reference."""


def _looks_secret(name: str, value: Field) -> bool:
    if _SECRET_VALUE.search(value.text):
        return True
    return bool(_SECRET_NAME.fullmatch(name)) and not value.missing and not value.text.startswith(_HARMLESS)


def _environment(pod: Pod, _: Config) -> Iterator[Result]:
    for container in pod.containers:
        yield from list_must_be_seen(container["env"])
        yield from list_must_be_seen(container["envFrom"])
        for variable in container["env"].each():
            yield from must_be_absent(
                variable.at("valueFrom", "secretKeyRef"),
                "mount the secret as a file: children, dumps and error reports show the environment",
            )
            value = variable["value"]
            if value.unknown and _SECRET_NAME.fullmatch(variable["name"].text):
                yield Unseen(value.path)
            elif _looks_secret(variable["name"].text, value):
                yield wrong(value, "keep the secret in Secrets Manager and mount it as a file")
        for source in container["envFrom"].each():
            yield from must_be_absent(source["secretRef"], "mount the secret as files instead")


def _config_map(resource: Resource) -> Iterator[Result]:
    data = resource["data"]
    yield from must_be_seen(data)
    for key in data.keys:
        if data[key].unknown and _SECRET_NAME.fullmatch(key):
            yield Unseen(data[key].path)
        elif _looks_secret(key, data[key]):
            yield wrong(
                data[key], "keep the secret in Secrets Manager: whoever may list pods may mostly read ConfigMaps"
            )


secrets_as_files = object_rule(
    About(
        name="secrets-as-files",
        description="Secrets reach containers as files, never by the environment or a ConfigMap.",
        severity="high",
        remedy="Declare an ExternalSecret and mount what it makes; a rotated file needs no restart.",
        controls={
            "CIS EKS 1.8.0": ("4.4.1", "4.4.2"),
            "Checkov": ("CKV_K8S_35",),
            "OWASP MCP Top 10": ("MCP01",),
            "SOC 2": ("CC6.1",),
        },
        settings={"exempt_namespaces": strings([], "Namespaces whose pods are left out.")},
    ),
    lambda name: name == _MAP or is_workload(name),
    lambda resource, config: (
        _config_map(resource) if resource.type == _MAP else _each_pod(_environment)(resource, config)
    ),
)
