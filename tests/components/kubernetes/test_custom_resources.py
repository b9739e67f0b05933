"""Custom resources: typed, unknown fields and wrong types refused, words of Python spelled the API's way."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from lightkube.models.meta_v1 import ObjectMeta
from pydantic import BaseModel, ValidationError

from components.kubernetes import crds
from components.kubernetes.crds.gateway import AllowedRoutes, Listener, RouteNamespaces, Selector
from components.kubernetes.crds.prometheus import PrometheusRule, PrometheusRuleSpec, Rule, RuleGroup
from components.kubernetes.custom_resource import CustomResource
from components.kubernetes.external_secret import external_secret, secret_store

META = ObjectMeta(name="x", namespace="mcp")


def classes() -> list[type[CustomResource]]:
    for module in pkgutil.iter_modules(crds.__path__):
        importlib.import_module(f"{crds.__name__}.{module.name}")
    return sorted(CustomResource.__subclasses__(), key=lambda c: c.__name__)


@pytest.mark.parametrize("cls", classes())
def test_every_custom_resource_knows_what_it_is(cls: type[CustomResource]) -> None:
    assert cls.resource_kind == cls.__name__
    group, version = cls.api_version.split("/")
    assert "." in group
    assert version.startswith("v1")
    # v1beta1 of External Secrets isn't served any more
    assert (group, version) != ("external-secrets.io", "v1beta1")


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type form
    """The models inside a field's type, through lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for argument in get_args(annotation):
            yield from _parts(argument)


def _differences(model: type[BaseModel], path: str, upstream: dict[str, Any]) -> Iterator[str]:
    """Fields that the CRD doesn't have at ``path``, and fields it requires that the model may leave out."""
    fields = {field.serialization_alias or name: field for name, field in model.model_fields.items()}
    known = upstream[path]
    if known["fields"] != ["*"]:
        yield from (f"{path}.{name} is unknown" for name in set(fields) - set(known["fields"]))
    for name in known["required"]:
        if name not in fields or (not fields[name].is_required() and fields[name].default is None):
            yield f"{path}.{name} is required"
    for name, field in fields.items():
        for part in _parts(field.annotation):
            yield from _differences(part, f"{path}.{name}", upstream)


@pytest.mark.parametrize("cls", classes())
def test_every_field_is_one_of_the_crds(cls: type[CustomResource]) -> None:
    """``crd_fields.json`` has the field names of the projects' own CRDs at the commits named in it."""
    upstream = json.loads((Path(__file__).parent / "crd_fields.json").read_text())[cls.resource_kind]
    assert upstream["apiVersion"] == cls.api_version
    (spec,) = _parts(cls.model_fields["spec"].annotation)
    assert list(_differences(spec, "spec", upstream["parts"])) == []


def test_a_store_reads_under_a_role_and_without_credentials() -> None:
    store = secret_store("mcp", region="us-east-1", role_arn="arn:aws:iam::111122223333:role/reader").to_dict()
    assert store["spec"] == {
        "provider": {
            "aws": {
                "service": "SecretsManager",
                "region": "us-east-1",
                "role": "arn:aws:iam::111122223333:role/reader",
            }
        }
    }
    assert store["metadata"] == {"name": "secrets-manager", "namespace": "mcp"}


def test_an_external_secret_takes_all_keys_or_those_it_names() -> None:
    whole: Any = external_secret("mcp", "db", remote="toolboxai/dev/mcp/db").to_dict()["spec"]
    assert whole["dataFrom"] == [{"extract": {"key": "toolboxai/dev/mcp/db"}}]
    assert "data" not in whole
    part: Any = external_secret("mcp", "db", remote="toolboxai/dev/mcp/db", keys=["password"]).to_dict()["spec"]
    assert [d["secretKey"] for d in part["data"]] == ["password"]
    assert "dataFrom" not in part
    assert part["target"] == {"name": "db", "creationPolicy": "Owner", "deletionPolicy": "Retain"}


def test_words_of_python_are_spelled_as_the_api_does() -> None:
    rule = Rule(alert="ServiceDown", expr="up == 0", for_="1m", labels={"severity": "critical"})
    spec = PrometheusRuleSpec(groups=[RuleGroup(name="g", rules=[rule])])
    plain: Any = PrometheusRule(metadata=META, spec=spec).to_dict()
    assert plain["spec"]["groups"][0]["rules"] == [
        {"expr": "up == 0", "alert": "ServiceDown", "for": "1m", "labels": {"severity": "critical"}}
    ]
    routes = AllowedRoutes(namespaces=RouteNamespaces(from_="Selector", selector=Selector(matchLabels={"a": "b"})))
    listener = Listener(name="https", port=443, protocol="HTTPS", allowedRoutes=routes)
    assert listener.model_dump(exclude_none=True)["allowedRoutes"] == {
        "namespaces": {"from": "Selector", "selector": {"matchLabels": {"a": "b"}}}
    }


def test_unknown_fields_and_wrong_types_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Rule.model_validate({"expr": "1", "severity": "critical"})
    with pytest.raises(ValidationError, match="valid string"):
        Rule.model_validate({"expr": 1})
    with pytest.raises(ValidationError, match="instance of ObjectMeta"):
        PrometheusRule.model_validate({"metadata": {"name": "x"}, "spec": {"groups": []}})
