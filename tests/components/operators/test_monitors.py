"""What Prometheus may reach in operators' pods is what a monitor of theirs has it read, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from components.context import Environment
from components.operators.catalog import CATALOG, OPERATORS
from components.operators.footprint import PodFootprint, Profile
from components.operators.operator import Operator
from components.operators.paths import endpoints
from tests.components.operators.conftest import MakeSite
from tests.components.operators.test_values import dig

_MONITOR = ("serviceMonitor", "enabled")
SWITCHES: dict[str, tuple[tuple[str, ...], ...]] = {
    # read in the charts' templates: each makes the monitors of the pods that have a port for it
    "aws-load-balancer-controller": (_MONITOR,),
    "external-secrets": (_MONITOR,),
    "cert-manager": (("prometheus", "servicemonitor", "enabled"),),
    "karpenter": (_MONITOR,),
    "keda": tuple(("prometheus", part, *_MONITOR) for part in ("operator", "metricServer", "webhooks")),
    "external-dns": (_MONITOR,),
    "loki": (("monitoring", *_MONITOR),),
    # its template wants both
    "alloy": (_MONITOR, ("service", "enabled")),
    "argo-cd": tuple(
        (part, "metrics", *_MONITOR)
        for part in ("controller", "server", "repoServer", "applicationSet", "notifications")
    ),
    "velero": (("metrics", *_MONITOR),),
    "falco": (("serviceMonitor", "create"),),
    "kyverno": (("admissionController", *_MONITOR),),
}
MADE_BY_DEFAULT = {"kube-prometheus-stack"}
"""Its own parts: every ``serviceMonitor`` of its values starts as on, and no value of ours says otherwise."""


def scraped(operator: Operator, profile: Profile = Profile.HA) -> list[PodFootprint]:
    return [pod for pod in operator.pods(profile) if any(port.scraped for port in pod.ports)]


def test_every_operator_whose_pods_are_read_has_a_monitor() -> None:
    read = {name for name, operator in OPERATORS.items() if scraped(operator)}
    assert read == set(SWITCHES) | MADE_BY_DEFAULT


@pytest.mark.parametrize("tier", ["dev", "staging", "production"])
@pytest.mark.parametrize("name", SWITCHES)
def test_its_monitor_is_switched_on(name: str, tier: Environment, site: MakeSite) -> None:
    values = OPERATORS[name].values(site(tier))
    for switch in SWITCHES[name]:
        assert dig(values, switch) is True, ".".join(switch)


@pytest.mark.parametrize("name", SWITCHES)
def test_the_definition_of_monitors_goes_before_it(name: str) -> None:
    assert "prometheus-operator-crds" in OPERATORS[name].requires


def test_no_monitor_of_the_stack_itself_is_switched_off(site: MakeSite) -> None:
    def switched_off(values: object, path: str = "") -> list[str]:
        if not isinstance(values, Mapping):
            return []
        found = [path] if path.endswith("serviceMonitor") and values.get("enabled") is False else []
        return found + [line for key, value in values.items() for line in switched_off(value, f"{path}.{key}")]

    assert switched_off(OPERATORS["kube-prometheus-stack"].values(site("production"))) == []


@pytest.mark.parametrize("operator", CATALOG.values(), ids=CATALOG)
def test_prometheus_is_let_to_every_port_that_shows_figures(operator: Operator) -> None:
    pods = {tuple(pod.labels.items()): pod for pod in operator.pods(Profile.HA)}
    for endpoint in endpoints([operator], Profile.HA, "toolboxai", ()):
        ports = {endpoint.port(name) for name in endpoint.metrics_ports}
        shown = {port.number for port in pods[endpoint.selector].ports if port.scraped}
        assert {port.number for port in ports if port is not None} == shown
