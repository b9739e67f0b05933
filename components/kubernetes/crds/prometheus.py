# ruff: noqa: N815 - fields are the API's own names
"""Prometheus Operator 0.93, ``monitoring.coreos.com/v1``."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "monitoring.coreos.com/v1"


class LabelSelector(Part):
    """Selects by labels."""

    matchLabels: dict[str, str]


class NamespaceSelector(Part):
    """Selects namespaces by name."""

    matchNames: list[str]


class Relabel(Part):
    """One relabelling step."""

    action: Literal["replace", "keep", "drop", "labelmap", "labeldrop", "labelkeep"] = "replace"
    sourceLabels: list[str] | None = None
    regex: str | None = None
    targetLabel: str | None = None
    replacement: str | None = None


class MetricsEndpoint(Part):
    """A named port that is scraped."""

    port: str
    path: str = "/metrics"
    interval: str
    scrapeTimeout: str | None = None
    honorLabels: bool | None = None
    scheme: Literal["http", "https"] | None = None
    metricRelabelings: list[Relabel] | None = None
    relabelings: list[Relabel] | None = None


class ServiceMonitorSpec(Part):
    """Which Services are scraped, and how."""

    selector: LabelSelector
    endpoints: list[MetricsEndpoint]
    namespaceSelector: NamespaceSelector | None = None
    jobLabel: str | None = None
    targetLabels: list[str] | None = None
    podTargetLabels: list[str] | None = None


class ServiceMonitor(CustomResource):
    """Scrapes what stands behind Services."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "ServiceMonitor"
    spec: ServiceMonitorSpec


class Prober(Part):
    """The exporter that asks: host and port."""

    url: str
    path: str = "/probe"
    scheme: Literal["http", "https"] = "http"


class StaticTargets(Part):
    """What is asked."""

    static: list[str]


class ProbeTargets(Part):
    """Where the targets come from."""

    staticConfig: StaticTargets


class ProbeSpec(Part):
    """What is asked from outside, by whom, how and how often."""

    jobName: str
    interval: str
    module: str
    prober: Prober
    targets: ProbeTargets


class Probe(CustomResource):
    """Asks targets through an exporter."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "Probe"
    spec: ProbeSpec


class Rule(Part):
    """An alert (``alert``) or a recorded series (``record``). ``for_`` is the API's ``for``, a word of Python."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    expr: str
    alert: str | None = None
    record: str | None = None
    for_: str | None = Field(default=None, validation_alias="for", serialization_alias="for")
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class RuleGroup(Part):
    """Rules that are evaluated together."""

    name: str
    rules: list[Rule]
    interval: str | None = None


class PrometheusRuleSpec(Part):
    """Groups of rules."""

    groups: list[RuleGroup]


class PrometheusRule(CustomResource):
    """Alerts and recorded series."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "PrometheusRule"
    spec: PrometheusRuleSpec
