from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.context import Environment
from components.operators.catalog import ADDONS, CATALOG, CHOICES, OPERATORS, SHORT, selection
from components.operators.operator import Operator, install_order, selection_problems

TIERS: tuple[Environment, ...] = ("dev", "staging", "production")
THERE = {*ADDONS, "prometheus-operator-crds"}
"""What every cluster has without being asked."""


def problems(*names: str) -> list[tuple[tuple[str | int, ...], object, str]]:
    return [(p.path, p.value, p.allowed) for p in selection_problems(names, CATALOG, THERE)]


@pytest.mark.parametrize("tier", TIERS)
def test_the_selections_are_right(tier: Environment) -> None:
    assert not problems(*selection(tier))


def test_dev_has_the_short_list_and_the_others_all() -> None:
    assert selection("dev") == SHORT
    assert set(selection("production")) == set(selection("staging")) == set(OPERATORS) - CHOICES
    assert {"karpenter", "cert-manager"}.isdisjoint(SHORT)


def test_an_unknown_operator_is_refused_with_what_there_is() -> None:
    assert problems("gateway-api", "promtail") == [((1,), "promtail", "one of " + ", ".join(CATALOG))]


def test_a_missing_requirement_is_refused_where_it_is_required() -> None:
    assert problems("alloy") == [((0,), "alloy", "only together with loki")]
    assert problems("external-dns") == [
        ((0,), "external-dns", "only together with gateway-api and aws-load-balancer-controller")
    ]


def test_a_misspelt_requirement_is_one_error() -> None:
    assert [p[0] for p in problems("karpenter", "karpenter-crds")] == [(1,)]


def test_every_wrong_entry_is_named_at_once() -> None:
    assert [p[0] for p in problems("alloy", "promtail", "karpenter", "keda", "keda")] == [(0,), (1,), (2,), (4,)]


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (("karpenter-crd", "karpenter", "cluster-autoscaler"), "not together with karpenter"),
        (("cluster-autoscaler", "karpenter-crd", "karpenter"), "not together with cluster-autoscaler"),
    ],
)
def test_a_conflict_is_refused_whichever_declares_it(names: tuple[str, ...], allowed: str) -> None:
    autoscaler = replace(OPERATORS["metrics-server"], name="cluster-autoscaler", conflicts=())
    catalog: dict[str, Operator] = {**CATALOG, autoscaler.name: autoscaler}
    assert [(p.path, p.value, p.allowed) for p in selection_problems(names, catalog, THERE)] == [
        ((2,), names[2], allowed)
    ]


def test_an_operator_needs_its_addons() -> None:
    found = selection_problems(["external-secrets"], CATALOG, present=["prometheus-operator-crds"])
    assert [p.allowed for p in found] == ["only together with eks-pod-identity-agent"]


@given(st.permutations(list(CATALOG)))
def test_the_order_depends_on_the_set_only_and_follows_requirements(names: list[str]) -> None:
    order = [operator.name for operator in install_order(names, CATALOG)]
    assert order == [operator.name for operator in install_order(list(CATALOG), CATALOG)]
    place = {name: index for index, name in enumerate(order)}
    for operator in CATALOG.values():
        for first in (*operator.requires, *operator.after):
            assert place[first] < place[operator.name]


def test_the_true_order_of_a_cluster() -> None:
    place = {operator.name: index for index, operator in enumerate(install_order(list(CATALOG), CATALOG))}
    for first, then in (
        ("vpc-cni", "coredns"),
        ("snapshot-controller", "aws-ebs-csi-driver"),
        ("gateway-api", "aws-load-balancer-controller"),
        ("karpenter-crd", "karpenter"),
        ("prometheus-operator-crds", "kube-prometheus-stack"),
        ("aws-ebs-csi-driver", "kube-prometheus-stack"),
        ("kube-prometheus-stack", "loki"),
        ("loki", "alloy"),
    ):
        assert place[first] < place[then]


@pytest.mark.parametrize("tier", TIERS)
def test_what_is_there_already_is_not_installed_again(tier: Environment) -> None:
    names = selection(tier)
    assert {operator.name for operator in install_order(names, CATALOG, ADDONS)} == set(names)
