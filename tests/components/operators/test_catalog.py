from __future__ import annotations

import re

import pytest

from components.kubernetes.namespace import platform_namespaces
from components.operators.catalog import ADDONS, CATALOG, OPERATORS
from components.operators.footprint import (
    Amount,
    Container,
    EgressKind,
    Home,
    PodFootprint,
    PodKind,
    PortUse,
    Profile,
)
from components.operators.operator import Operator
from components.versions import Addon, Chart

LEVELS = ("restricted", "baseline", "privileged")
NAMESPACES = {n.name: n for n in platform_namespaces("toolboxai", "toolboxai-dev")}
PODS = [
    pytest.param(operator, pod, id=f"{operator.name}/{pod.name}-{profile.value}")
    for operator in CATALOG.values()
    for profile in Profile
    for pod in operator.pods(profile)
]


@pytest.mark.parametrize("operator", CATALOG.values(), ids=CATALOG)
def test_what_it_refers_to_exists(operator: Operator) -> None:
    assert set(operator.requires) <= set(CATALOG)
    assert set(operator.after) <= set(CATALOG)
    assert operator.name not in {*operator.requires, *operator.after, *operator.conflicts}


@pytest.mark.parametrize("operator", CATALOG.values(), ids=CATALOG)
def test_a_chart_of_pods_says_which_text_was_read(operator: Operator) -> None:
    if isinstance(operator.install, Chart):
        assert operator.reading is not None
    if operator.reading is None:
        assert operator.estimate, "neither read nor said to be an estimate"
        return
    assert re.fullmatch(r"[0-9a-f]{40}", operator.reading.commit)
    assert re.fullmatch(r"[0-9a-f]{64}", operator.reading.sha256)


@pytest.mark.parametrize("operator", CATALOG.values(), ids=CATALOG)
def test_addons_are_addons_and_operators_are_not(operator: Operator) -> None:
    assert isinstance(operator.install, Addon) is (operator.name in ADDONS)


def test_every_home_is_a_namespace_of_the_platform() -> None:
    assert {home.namespace("toolboxai") for home in Home} <= set(NAMESPACES)


def test_the_system_namespace_carries_the_platforms_name() -> None:
    assert Home.SYSTEM.namespace("aivo") == "aivo-system"
    assert Home.MONITORING.namespace("aivo") == "monitoring"


@pytest.mark.parametrize(("operator", "pod"), PODS)
def test_a_pod_is_admitted_where_it_lives(operator: Operator, pod: PodFootprint) -> None:
    namespace = NAMESPACES[(pod.home or operator.home).namespace("toolboxai")]
    if not namespace.exists:  # EKS and its add-ons set the level of theirs: none
        assert LEVELS.index(pod.security) <= LEVELS.index(namespace.pod_security)
    if pod.kind is PodKind.DAEMON_SET:
        assert namespace.daemons or namespace.exists, "a quota would count its pods"


@pytest.mark.parametrize(("operator", "pod"), PODS)
def test_host_access_is_privileged_and_said(operator: Operator, pod: PodFootprint) -> None:
    del operator
    if pod.host or pod.host_paths:
        assert pod.security == "privileged"
    if pod.security != "restricted":
        assert pod.reason


@pytest.mark.parametrize(("operator", "pod"), PODS)
def test_webhooks_and_aggregated_apis_have_a_port_that_is_opened(operator: Operator, pod: PodFootprint) -> None:
    del operator
    open_ports = {port.number for port in pod.ports if port.use is PortUse.WEBHOOK}
    assert {webhook.port for webhook in pod.webhooks} == open_ports


@pytest.mark.parametrize(("operator", "pod"), PODS)
def test_pods_are_selected_by_labels(operator: Operator, pod: PodFootprint) -> None:
    others = [
        other
        for profile in Profile
        for other in operator.pods(profile)
        if other.name != pod.name and (other.home or operator.home) is (pod.home or operator.home)
    ]
    assert pod.labels
    assert not any(pod.labels.items() <= other.labels.items() for other in others), "the labels select another's pods"


@pytest.mark.parametrize(("operator", "pod"), PODS)
def test_pods_that_others_reach_exist_and_listen(operator: Operator, pod: PodFootprint) -> None:
    del operator
    for egress in pod.egress:
        if egress.kind is not EgressKind.POD:
            continue
        owner, _, name = egress.target.partition("/")
        found = [p for p in CATALOG[owner].pods(Profile.HA) if p.name == name]
        assert len(found) == 1, egress.target
        assert egress.port in {port.number for port in found[0].ports}


@pytest.mark.parametrize(("operator", "pod"), PODS)
def test_who_has_an_identity_reaches_its_agent(operator: Operator, pod: PodFootprint) -> None:
    kinds = {egress.kind for egress in pod.egress}
    if EgressKind.IDENTITY in kinds:
        assert "eks-pod-identity-agent" in operator.requires
        assert EgressKind.AWS in kinds
        # the cluster gives add-ons theirs
        assert (operator.identity is None) is (operator.name in ADDONS)


@pytest.mark.parametrize("operator", [o for o in CATALOG.values() if o.identity], ids=lambda o: o.name)
def test_an_identity_is_borne_where_the_pods_are(operator: Operator) -> None:
    assert operator.identity is not None
    assert operator.identity.home in {pod.home or operator.home for pod in operator.pods(Profile.HA)}
    assert operator.identity.services


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_production_has_two_of_whatever_serves_admission_or_an_api(operator: Operator) -> None:
    alone = {"kube-prometheus-stack/operator"}  # its webhooks guard rules only, and the chart makes one
    for pod in operator.pods(Profile.HA):
        serves = any(port.use in {PortUse.WEBHOOK, PortUse.APISERVICE} for port in pod.ports)
        if serves and f"{operator.name}/{pod.name}" not in alone:
            assert pod.replicas >= 2


def test_traps_ports_are_declared() -> None:
    declared = {
        operator.name: {port.number for pod in operator.pods(Profile.HA) for port in pod.ports}
        for operator in OPERATORS.values()
    }
    assert 9443 in declared["aws-load-balancer-controller"]
    assert 10250 in declared["cert-manager"]
    assert 10250 in declared["external-secrets"]
    assert {6443, 9443} <= declared["keda"]
    assert 10250 in declared["metrics-server"]
    assert 10250 in declared["kube-prometheus-stack"]


def test_controllers_of_aws_things_say_what_goes_before_them() -> None:
    assert {name for name, operator in CATALOG.items() if operator.owns} == {
        "aws-load-balancer-controller",
        "external-dns",
        "karpenter",
        "aws-ebs-csi-driver",
    }


def test_only_what_a_node_needs_comes_before_nodes() -> None:
    assert {name for name, operator in CATALOG.items() if operator.before_nodes} == {
        "vpc-cni",
        "kube-proxy",
        "eks-pod-identity-agent",
    }


def test_a_pod_asks_for_its_containers_or_its_largest_init_container() -> None:
    pod = PodFootprint(
        name="p",
        kind=PodKind.DEPLOYMENT,
        containers=(
            Container("a", Amount(100, 10), Amount()),
            Container("b", Amount(50, 20), Amount()),
            Container("i", Amount(10, 500), Amount(), init=True),
        ),
    )
    assert pod.requests == Amount(150, 500)


def test_impossible_footprints_are_refused() -> None:
    with pytest.raises(ValueError, match="requests above limits"):
        Container("c", Amount(100, 10), Amount(50, 20))
    with pytest.raises(ValueError, match="without a reason"):
        PodFootprint(name="p", kind=PodKind.JOB, containers=(), security="baseline")
    with pytest.raises(ValueError, match="no replicas"):
        PodFootprint(name="p", kind=PodKind.DAEMON_SET, containers=(), replicas=2)
