"""A run as the deployment that ``pulumi stack export`` gives, and back.

Field names and what is left out when empty: ``ResourceV3``, ``DeploymentV3`` and ``ManifestV1`` in
sdk/go/common/apitype/core.go (pulumi/pulumi, 2026-08-21). The bytes depend on the run alone: fixed time, resources in
dependence order with ties by URN, keys sorted. A secret is its signature and a placeholder instead of ciphertext.

What the engine writes and this doesn't: when a resource was made and changed (``created``, ``modified``), and where in
the source (``sourcePosition``, ``stackTrace``); and the hash of what is in an asset or archive, so that a preview
doesn't see a file's content change. Aliases are in neither: the engine drops them once a resource is found.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Final, cast

from sandbox.engine.errors import ExportRefused
from sandbox.model import UNKNOWN, Resource, Run, Secret, Unknown, Value

VERSION: Final = 3
TIME: Final = "2000-01-01T00:00:00Z"
"""When every exported deployment says it was made: a clock would change the bytes."""
CIPHERTEXT: Final = "v1:c2FuZGJveC10ZXh0:IBQ6DAiPpf5Ge641Eg1b+nsUWd2At+hEmNk="
"""What stands where an encrypted value would: the text ``"[secret]"``, encrypted with the passphrase ``sandbox``.

With ``PULUMI_CONFIG_PASSPHRASE=sandbox``, ``pulumi stack import`` takes an exported deployment.
AES-256-GCM under a key that PBKDF2 makes of passphrase and salt, written ``v1:<nonce>:<sealed>``, as
sdk/go/common/resource/config/crypt.go has it. Every value has the same one: it is of use only in being readable.
"""
SALT: Final = "v1:c2FuZGJveCE=:v1:c2FuZGJveC1zYWx0:Ve9P8i1uoHy4rACpsNlxUhN+ma5rBQ=="
"""The salt, and by what a reader knows that the passphrase is right: the word ``pulumi``, encrypted."""
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, published in the SDK
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
HIDDEN: Final = Secret(None)
"""What a secret is after reading an export: its value isn't in there."""

_STACK_TYPE: Final = "pulumi:pulumi:Stack"


def to_export(run: Run) -> dict[str, Any]:
    """The version 3 deployment of ``run``, as plain JSON data. Secrets are placeholders in it."""
    exported: dict[str, Any] = json.loads(_text(run))
    return exported


def write_export(run: Run, path: Path) -> None:
    """Write the deployment of ``run`` to ``path``: all of it or, if that fails, nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_text(run))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_export(path: Path) -> Run:
    """The run that an export holds. Secrets come back without their value. ``ExportRefused`` if it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ExportRefused(f"{path}: can't be read: {problem.strerror or problem}") from None
    except (ValueError, RecursionError) as problem:
        raise ExportRefused(f"{path}: no JSON: {problem}") from None
    if not isinstance(found, dict) or found.get("version") != VERSION or not isinstance(found.get("deployment"), dict):
        raise ExportRefused(f"{path}: no version {VERSION} deployment, as `pulumi stack export` writes it")
    try:
        resources = [_resource(state) for state in found["deployment"].get("resources", [])]
        root = next((resource for resource in resources if resource.type == _STACK_TYPE), None)
        stack, project = root.urn.split("::", 2)[:2] if root is not None else ("", "")
    except KeyError as problem:
        raise ExportRefused(f"{path}: a resource lacks {problem}") from None
    except (TypeError, AttributeError, ValueError, IndexError):
        raise ExportRefused(f"{path}: a resource is not as `pulumi stack export` writes it") from None
    if root is None:
        raise ExportRefused(f"{path}: no {_STACK_TYPE} among its resources")
    return Run(project, stack.rpartition(":")[2], resources, root.outputs)


def _text(run: Run) -> str:
    """One resource a line: compact, and still something a diff can show."""
    engine = f"v{importlib.metadata.version('pulumi')}"
    manifest = {"magic": hashlib.sha256(engine.encode()).hexdigest(), "time": TIME, "version": engine}
    secrets = {"state": {"salt": SALT}, "type": "passphrase"}
    resources = ",\n".join(_dump(_state(resource)) for resource in run.resources)
    return (
        f'{{"version":{VERSION},"deployment":{{"manifest":{_dump(manifest)},\n'
        f'"secrets_providers":{_dump(secrets)},\n"resources":[\n{resources}\n],\n"metadata":{{}}}}}}\n'
    )


def _dump(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_special)


def _special(value: object) -> object:
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "ciphertext": CIPHERTEXT}
    if isinstance(value, Unknown):
        return UNKNOWN_STRING
    raise TypeError(f"{type(value).__name__} can't stand in a deployment")


def _state(resource: Resource) -> dict[str, object]:
    state: dict[str, object] = {"urn": resource.urn, "custom": resource.custom, "type": resource.type}
    optional: dict[str, object] = {
        "id": resource.id,
        "inputs": resource.inputs,
        "outputs": resource.outputs,
        "parent": resource.parent,
        "protect": resource.protect,
        "external": resource.external,
        "dependencies": resource.dependencies,
        "provider": resource.provider,
        "propertyDependencies": resource.property_dependencies,
        "additionalSecretOutputs": resource.additional_secret_outputs,
        "customTimeouts": resource.custom_timeouts,
        "importID": resource.import_id,
        "retainOnDelete": resource.retain_on_delete,
        "deletedWith": resource.deleted_with,
        "ignoreChanges": resource.ignore_changes,
        "replaceOnChanges": resource.replace_on_changes,
    }
    state.update((key, value) for key, value in optional.items() if value)
    return state


def _resource(state: dict[str, Any]) -> Resource:
    urn: str = state["urn"]
    return Resource(
        urn=urn,
        type=state["type"],
        name=urn.split("::", 3)[3],
        custom=state["custom"],
        parent=state.get("parent", ""),
        id=state.get("id", ""),
        provider=state.get("provider", ""),
        inputs={key: _value(value) for key, value in state.get("inputs", {}).items()},
        outputs={key: _value(value) for key, value in state.get("outputs", {}).items()},
        dependencies=state.get("dependencies") or [],
        property_dependencies={key: urns or [] for key, urns in (state.get("propertyDependencies") or {}).items()},
        protect=state.get("protect", False),
        external=state.get("external", False),
        deleted_with=state.get("deletedWith", ""),
        retain_on_delete=state.get("retainOnDelete", False),
        ignore_changes=state.get("ignoreChanges") or [],
        replace_on_changes=state.get("replaceOnChanges") or [],
        additional_secret_outputs=state.get("additionalSecretOutputs") or [],
        custom_timeouts=state.get("customTimeouts") or {},
        import_id=state.get("importID", ""),
    )


def _value(value: object) -> Value:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return Secret(_plain(value["plaintext"])) if "plaintext" in value else HIDDEN
        return {key: _value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner) for inner in value]
    if value == UNKNOWN_STRING:
        return UNKNOWN
    return cast("Value", value)


def _plain(text: object) -> Value:
    """The value of a secret in an export made with ``--show-secrets``: JSON in a string."""
    return _value(json.loads(str(text)))
