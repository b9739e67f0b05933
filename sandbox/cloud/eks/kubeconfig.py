"""The kubeconfig that the component writes: tokens by ``aws eks get-token``. Source: see the package."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.cloud.eks.values import Input, combine
from sandbox.model import Value


def kubeconfig(cluster: Mapping[str, Input], credentials: Input, *, profile: bool) -> Input:
    """The kubeconfig as an object. ``profile``: whether the profile of ``credentials`` stands in it."""

    def render(values: Mapping[str, Value]) -> Value:
        given = values["credentials"]
        options: Mapping[str, Value] = given if isinstance(given, dict) else {}
        authority = values["certificateAuthority"]
        region = str(values["arn"]).split(":")[3]
        arguments: list[Value] = ["--region", region, "eks", "get-token", "--cluster-name", values["name"]]
        arguments += ["--output", "json"]
        if options.get("roleArn"):
            arguments += ["--role", options["roleArn"]]
        if profile and options.get("profileName"):
            arguments += ["--profile", options["profileName"]]
        variable: Value = {
            "name": "KUBERNETES_EXEC_INFO",
            "value": '{"apiVersion": "client.authentication.k8s.io/v1beta1"}',
        }
        command: Value = {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": arguments,
            "env": [variable],
        }
        where: Value = {
            "server": values["endpoint"],
            "certificate-authority-data": authority.get("data") if isinstance(authority, dict) else None,
        }
        return {
            "apiVersion": "v1",
            "clusters": [{"cluster": where, "name": "kubernetes"}],
            "contexts": [{"context": {"cluster": "kubernetes", "user": "aws"}, "name": "aws"}],
            "current-context": "aws",
            "kind": "Config",
            "users": [{"name": "aws", "user": {"exec": command}}],
        }

    wanted = {key: cluster[key] for key in ("name", "endpoint", "certificateAuthority", "arn")}
    return combine({**wanted, "credentials": credentials}, render)
