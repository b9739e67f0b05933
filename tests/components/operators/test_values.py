from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from components.context import Environment
from components.operators.catalog import ADDONS, CATALOG, OPERATORS
from components.operators.catalog.addons import sizing
from components.operators.footprint import Profile, Values
from components.operators.operator import Operator, Site, Telemetry, merged
from components.versions import Chart
from tests.components.operators.chart_keys import RECORDED, recorded

TIERS: tuple[Environment, ...] = ("dev", "staging", "production")

MakeSite = Callable[[Environment], Site]

FREE: dict[str, frozenset[str]] = {
    # Kubernetes' own types, of which the chart's values show some fields
    "aws-load-balancer-controller": frozenset({"securityContext", "podSecurityContext"}),
    "external-dns": frozenset({"securityContext"}),
    # contexts of pods and containers are Kubernetes' own; lists and maps that are empty by default
    "velero": frozenset({"podSecurityContext", "containerSecurityContext", "kubectl.labels"}),
    "karpenter": frozenset({"nodeSelector"}),
    # enabled, and the fields of a PodDisruptionBudget that stand commented out
    "cert-manager": frozenset({"podDisruptionBudget", "webhook.podDisruptionBudget", "cainjector.podDisruptionBudget"}),
    "kube-prometheus-stack": frozenset(
        {
            "grafana.grafana.ini",  # Grafana's own configuration
            "grafana.containerSecurityContext",
            "grafana.sidecar.securityContext",
            "prometheus-node-exporter.containerSecurityContext",
        }
    ),
    # Argo CD's own configuration, handed through, and the policy's two ways
    "argo-cd": frozenset({"configs.cm", "configs.params"}),
    # Loki's own configuration, handed through
    "loki": frozenset({"loki.storage.bucketNames", "loki.storage.s3.sse", "loki.limits_config", "loki.rulerConfig"}),
}
UNSHOWN = {
    # read by the templates of the subcharts and of the operator's Deployment, though no default shows them
    "kube-prometheus-stack": {
        "prometheusOperator.priorityClassName",
        "grafana.priorityClassName",
        "kube-state-metrics.priorityClassName",
        "prometheus-node-exporter.priorityClassName",
    },
    # read by the chart's templates (templates/_helpers.tpl), though no default shows them
    "loki": {"loki.storage.bucketNames", "loki.storage.s3.sse"},
}


def told(operator: Operator, here: Site) -> Values:
    """What a chart or an add-on is told by us."""
    return sizing(operator, here.profile) if operator.name in ADDONS else operator.values(here)


def dig(values: object, path: tuple[str, ...]) -> object:
    for key in path:
        if isinstance(values, list):
            values = values[int(key)]
            continue
        assert isinstance(values, Mapping), path
        values = values[key]
    return values


def sized(values: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place in the values that gives a container its resources."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            here = (*path, str(key))
            if (
                isinstance(value, Mapping)
                and ("requests" in value or "limits" in value)
                and "storage" not in str(value)
            ):
                yield here
            else:
                yield from sized(value, here)
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from sized(value, (*path, str(index)))


def leaves(values: object) -> Iterator[object]:
    if isinstance(values, Mapping):
        for value in values.values():
            yield from leaves(value)
    elif isinstance(values, list):
        for value in values:
            yield from leaves(value)
    else:
        yield values


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", RECORDED)
def test_every_key_is_one_of_the_charts(name: str, tier: Environment, site: MakeSite) -> None:
    here = site(tier)
    operator = CATALOG[name]
    # containers' resources are compared with the footprint below
    resources = {".".join(c.at) for pod in operator.pods(here.profile) for c in pod.containers}
    unknown = recorded(name).unknown(told(operator, here), FREE.get(name, frozenset()) | resources)
    assert set(unknown) <= UNSHOWN.get(name, set())


def test_every_chart_is_recorded() -> None:
    assert {name for name, o in OPERATORS.items() if isinstance(o.install, Chart)} <= set(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_the_record_is_of_the_text_that_the_footprint_names(name: str) -> None:
    facts = recorded(name).facts
    operator = CATALOG[name]
    assert operator.reading is not None
    assert not isinstance(operator.install, str)
    assert facts["version"] == operator.install.version
    assert facts["commit"] == operator.reading.commit
    assert facts["sha256"] == operator.reading.sha256


def test_a_wrong_key_is_found() -> None:
    keys = recorded("keda")
    wrong = {"replicaCount": 2, "operator": {"replicas": 2, "replicaCount": 2}, "resources": [], "rbac": {"create": {}}}
    assert keys.unknown(wrong, frozenset()) == [
        "replicaCount",
        "operator.replicas",
        "resources is a map in the chart",
        "rbac.create is no map in the chart",
    ]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("operator", CATALOG.values(), ids=CATALOG)
def test_values_carry_exactly_the_footprints_resources(operator: Operator, tier: Environment, site: MakeSite) -> None:
    here = site(tier)
    values = told(operator, here)
    containers = [c for pod in operator.pods(here.profile) for c in pod.containers]
    assert all(container.at for container in containers), "a container that no value sizes"
    for container in containers:
        assert dig(values, container.at) == container.resources(), container.name
    assert set(sized(values)) == {container.at for container in containers}


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_every_container_of_an_operator_has_requests_and_limits(operator: Operator, profile: Profile) -> None:
    for pod in operator.pods(profile):
        for container in pod.containers:
            assert container.requests.cpu > 0
            assert container.requests.memory > 0
            assert container.limits.cpu >= container.requests.cpu
            assert container.limits.memory >= container.requests.memory


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("addon", ADDONS.values(), ids=ADDONS)
def test_every_container_of_an_addon_has_requests_and_a_memory_limit(addon: Operator, profile: Profile) -> None:
    for pod in addon.pods(profile):
        for container in pod.containers:
            assert container.requests.cpu > 0
            assert container.limits.memory >= container.requests.memory > 0


def test_the_load_balancer_controller_needs_no_metadata_service_and_blocks_no_services(site: MakeSite) -> None:
    values = OPERATORS["aws-load-balancer-controller"].values(site("production"))
    assert values["vpcId"] == "vpc-0123456789abcdef0"
    assert values["region"] == "us-east-1"
    assert values["clusterName"] == "toolboxai-production-main"
    assert values["enableServiceMutatorWebhook"] is False


def test_what_the_load_balancer_controller_makes_is_tagged(site: MakeSite) -> None:
    here = site("dev")
    assert OPERATORS["aws-load-balancer-controller"].values(here)["defaultTags"] == here.tags


def test_prometheus_sees_every_monitor_and_marks_what_it_sends(site: MakeSite) -> None:
    spec = dig(OPERATORS["kube-prometheus-stack"].values(site("production")), ("prometheus", "prometheusSpec"))
    assert isinstance(spec, Mapping)
    selectors = {key for key in spec if key.endswith("SelectorNilUsesHelmValues")}
    assert len(selectors) == 5
    assert not any(spec[key] for key in selectors)
    assert spec["externalLabels"] == {
        "cluster": "toolboxai-production-main",
        "environment": "production",
        "region": "us-east-1",
    }
    assert (spec["retention"], spec["scrapeInterval"], spec["replicas"]) == ("30d", "15s", 2)


def test_what_eks_hides_is_not_scraped(site: MakeSite) -> None:
    values = OPERATORS["kube-prometheus-stack"].values(site("dev"))
    for hidden in ("kubeEtcd", "kubeScheduler", "kubeControllerManager", "kubeProxy"):
        assert values[hidden] == {"enabled": False}


def test_the_node_exporter_is_not_beside_prometheus(site: MakeSite) -> None:
    values = OPERATORS["kube-prometheus-stack"].values(site("dev"))
    assert dig(values, ("prometheus-node-exporter", "namespaceOverride")) == "node-agents"


@pytest.mark.parametrize("name", OPERATORS)
def test_no_password_stands_in_values(name: str, site: MakeSite) -> None:
    def paths(values: object) -> Iterator[tuple[str, object]]:
        if isinstance(values, Mapping):
            for key, value in values.items():
                yield str(key), value
                yield from paths(value)

    for key, value in paths(OPERATORS[name].values(site("production"))):
        assert key not in {"adminPassword", "password", "secretAccessKey", "accessKeyId", "token"}, key
        if key == "existingSecret":
            assert value == "grafana-admin"


def test_loki_is_one_binary_on_s3_under_our_key(site: MakeSite) -> None:
    values = OPERATORS["loki"].values(site("staging"))
    storage = dig(values, ("loki", "storage"))
    assert isinstance(storage, Mapping)
    assert storage["type"] == "s3"
    assert dig(storage, ("s3", "sse", "type")) == "SSE-KMS"
    assert dig(values, ("loki", "auth_enabled")) is True
    assert dig(values, ("loki", "limits_config", "retention_period")) == "2160h"
    for cache in ("chunksCache", "resultsCache"):
        assert values[cache] == {"enabled": False}


def test_loki_has_a_quorum_only_where_it_has_replicas(site: MakeSite) -> None:
    expected: dict[Environment, int] = {"dev": 1, "staging": 1, "production": 3}
    for tier, replicas in expected.items():
        values = OPERATORS["loki"].values(site(tier))
        assert dig(values, ("singleBinary", "replicas")) == replicas
        assert dig(values, ("loki", "commonConfig", "replication_factor")) == replicas


@pytest.mark.parametrize(("tier", "end"), [("dev", "Delete"), ("staging", "Delete"), ("production", "Retain")])
def test_volumes_outlive_their_sets_in_production_only(tier: Environment, end: str, site: MakeSite) -> None:
    here = site(tier)
    kps = OPERATORS["kube-prometheus-stack"].values(here)
    claims = dig(kps, ("prometheus", "prometheusSpec", "persistentVolumeClaimRetentionPolicy"))
    assert claims == {"whenDeleted": end, "whenScaled": end}
    assert dig(OPERATORS["loki"].values(here), ("singleBinary", "persistence", "whenDeleted")) == end


def test_replicas_of_addons_are_those_of_the_footprint() -> None:
    assert dig(sizing(ADDONS["aws-ebs-csi-driver"], Profile.SMALL), ("controller", "replicaCount")) == 1
    assert dig(sizing(ADDONS["aws-ebs-csi-driver"], Profile.HA), ("controller", "replicaCount")) == 2
    assert sizing(ADDONS["coredns"], Profile.HA)["replicaCount"] == 2


def test_metrics_are_kept_as_the_settings_say(site: MakeSite) -> None:
    here = replace(site("production"), telemetry=Telemetry(log_days=90, metrics_days=7, metrics_gib=20))
    spec = dig(OPERATORS["kube-prometheus-stack"].values(here), ("prometheus", "prometheusSpec"))
    assert dig(spec, ("retention",)) == "7d"
    assert dig(spec, ("retentionSize",)) == "17GiB"
    claim = ("storageSpec", "volumeClaimTemplate", "spec", "resources", "requests", "storage")
    assert dig(spec, claim) == "20Gi"


def test_values_are_laid_over_one_another_map_by_map() -> None:
    base: Values = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    more: Values = {"a": {"b": 2}, "d": {"e": 3}, "c": []}
    assert merged(base, more) == {"a": {"b": 2, "c": [1, 2]}, "d": {"e": 3}, "c": []}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 1}


@pytest.mark.parametrize("name", CATALOG)
def test_values_are_plain_data(name: str, site: MakeSite) -> None:
    for leaf in leaves(CATALOG[name].values(site("production"))):
        assert leaf is None or isinstance(leaf, (str, int, bool))


@pytest.mark.parametrize("name", CATALOG)
def test_values_share_nothing_with_the_next_call(name: str, site: MakeSite) -> None:
    first, second = (CATALOG[name].values(site("production")) for _ in range(2))
    assert first == second
    assert first is not second or not first


@pytest.mark.parametrize("tier", TIERS)
def test_argo_cd_has_no_administrator_no_shell_and_no_reach_of_its_own(tier: Environment, site: MakeSite) -> None:
    values = OPERATORS["argo-cd"].values(site(tier))
    cm = dig(values, ("configs", "cm"))
    assert isinstance(cm, Mapping)
    for switch in ("admin.enabled", "exec.enabled", "users.anonymous.enabled"):
        assert cm[switch] == "false"
    assert dig(values, ("dex", "enabled")) is False
    assert dig(values, ("configs", "rbac", "policy.default")) == "", "who has no role sees nothing"
    assert values["createClusterRoles"] is False


def test_argo_cd_serves_from_two_in_production(site: MakeSite) -> None:
    values = OPERATORS["argo-cd"].values(site("production"))
    for part in ("server", "repoServer"):
        assert dig(values, (part, "replicas")) == 2
        assert dig(values, (part, "pdb")) == {"enabled": True, "maxUnavailable": 1}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        # every image that the charts take from docker.io by themselves (their values, and a rendering of each)
        ("kube-prometheus-stack", ("grafana", "image")),
        ("loki", ("loki", "image")),
        ("loki", ("sidecar", "image")),
        ("alloy", ("image",)),
        ("falco", ("image",)),
    ],
)
def test_no_image_comes_from_docker_hub_itself(
    name: str, path: tuple[str, ...], tier: Environment, site: MakeSite
) -> None:
    here = site(tier)
    image = dig(OPERATORS[name].values(here), path)
    assert isinstance(image, Mapping)
    assert image["registry"] == here.registry
    assert str(image["repository"]).startswith("docker-hub/")


PRIORITY = "priorityClassName"
CLASSES: dict[str, dict[tuple[str, ...], str]] = {
    "external-secrets": {(*part, PRIORITY): "platform" for part in ((), ("webhook",), ("certController",))},
    "keda": {(PRIORITY,): "platform"},
    "cert-manager": {("global", PRIORITY): "platform"},
    "external-dns": {(PRIORITY,): "platform"},
    "argo-cd": {("global", PRIORITY): "platform"},
    "velero": {(PRIORITY,): "platform"},
    "loki": {("global", PRIORITY): "platform"},
    "kyverno": {("admissionController", PRIORITY): "platform"},
    "alloy": {("controller", PRIORITY): "system-node-critical"},
    "falco": {("podPriorityClassName",): "system-node-critical"},
    "kube-prometheus-stack": {
        ("prometheus", "prometheusSpec", PRIORITY): "platform",
        ("alertmanager", "alertmanagerSpec", PRIORITY): "platform",
        ("prometheusOperator", PRIORITY): "platform",
        ("grafana", PRIORITY): "platform",
        ("kube-state-metrics", PRIORITY): "platform",
        ("prometheus-node-exporter", PRIORITY): "system-node-critical",
    },
}
BY_THE_CHART = {"aws-load-balancer-controller", "metrics-server", "karpenter"}
"""Whose charts say system-cluster-critical by themselves."""


@pytest.mark.parametrize("name", [o.name for o in OPERATORS.values() if o.pods(Profile.HA)])
def test_no_operator_makes_room_for_what_stands_on_it(name: str, site: MakeSite) -> None:
    """Without a class its priority is 0, and an application's pods push it out where a cluster is short of nodes."""
    values = OPERATORS[name].values(site("production"))
    assert (name in BY_THE_CHART) != (name in CLASSES)
    for path, wanted in CLASSES.get(name, {}).items():
        assert dig(values, path) == wanted, path


def test_argo_cds_images_come_through_the_accounts_registry(site: MakeSite) -> None:
    here = site("production")
    values = OPERATORS["argo-cd"].values(here)
    for path in (("global", "image", "repository"), ("redis", "image", "repository")):
        assert str(dig(values, path)).startswith(f"{here.registry}/")
