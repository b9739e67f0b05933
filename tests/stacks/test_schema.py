"""Every rendered object of every stack has the shape that the API server of its cluster's version wants."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from sandbox.model import Run
from tests.kubernetes_schema import custom_kinds, faults
from tests.stacks.graph import manifests, of_type, plain
from tests.stacks.test_kubernetes import named


def version_of(run: Run) -> str:
    (cluster,) = of_type(run, "aws:eks:Cluster")
    return f"{plain(cluster.inputs)['version']}.0"


def test_every_object_fits_its_schema_strictly(run: Run) -> None:
    objects = manifests(run)
    assert len(objects) > 200
    for m in objects:
        if m["kind"] == "Secret":
            # a run shows the content of none: what is left of it has no shape
            assert m.pop("stringData", m.pop("data", "[secret]")) == "[secret]"
    found = {named(m): wrong for m in objects if (wrong := faults(m, version_of(run)))}
    assert found == {}


def test_every_custom_kind_in_use_has_a_typed_model(run: Run) -> None:
    foreign = {
        (m["apiVersion"], m["kind"])
        for m in manifests(run)
        if "." in m["apiVersion"] and not m["apiVersion"].partition("/")[0].endswith(".k8s.io")
    }
    assert len(foreign) > 4
    assert foreign <= set(custom_kinds())


BROKEN: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "a field nobody knows": ("Deployment", lambda m: m["spec"].update(replica=2)),
    "one deep inside": ("Deployment", lambda m: m["spec"]["template"]["spec"]["containers"][0].update(resource={})),
    "a number as a text": ("Deployment", lambda m: m["spec"].update(revisionHistoryLimit="3")),
    "something missing": ("Deployment", lambda m: m["spec"].pop("selector")),
    "a policy's misspelt rule": ("NetworkPolicy", lambda m: m["spec"].update(ingres=[])),
    "an admission policy's": ("ValidatingAdmissionPolicy", lambda m: m["spec"].update(failPolicy="Fail")),
    "a custom resource's field": ("ExternalSecret", lambda m: m["spec"].update(refresh="1h")),
    "a custom resource's type": ("ServiceMonitor", lambda m: m["spec"].update(endpoints="metrics")),
    "unknown metadata": ("ScaledObject", lambda m: m["metadata"].update(label={})),
    "a kind that nobody has": ("Deployment", lambda m: m.update(kind="Deploymint")),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_object_is_seen(what: str, run_of: Callable[[str], Run]) -> None:
    kind, broken = BROKEN[what]
    run = run_of("dev")
    good = next(m for m in manifests(run) if m["kind"] == kind)
    assert faults(good, version_of(run)) == []
    bad = deepcopy(good)
    broken(bad)
    assert faults(bad, version_of(run)) != []
