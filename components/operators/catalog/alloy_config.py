"""Alloy's configuration: where logs are found, what is taken out of them, and where they go.

Written in Alloy's own syntax (docs/sources/reference of grafana/alloy v1.18.1). Redaction happens on the node, before a
line leaves it: a later reader of the logs can't be trusted with what never arrived.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from components.operators.operator import Site


@dataclass(frozen=True)
class Redaction:
    """A pattern (RE2, one capture group) whose group is replaced in every log line."""

    name: str
    expression: str

    @property
    def replacement(self) -> str:
        """What stands in the line instead."""
        return f"[{self.name}]"


REDACTIONS: Final = (
    Redaction("email", r"([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"),
    Redaction("token", r"(?i)bearer\s+([A-Za-z0-9._~+/=-]{8,})"),
    Redaction("jwt", r"(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)"),
    Redaction("aws-key", r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b"),
    Redaction("secret", r"(?i)(?:password|passwd|secret|api[_-]?key)[\"']?\s*[:=]\s*[\"']?([^\s\"',;&]{4,})"),
)
"""Taken out of every line. Pupils' names have no pattern: services must not log them at all."""

_LABELS: Final = {
    "namespace": "__meta_kubernetes_namespace",
    "pod": "__meta_kubernetes_pod_name",
    "container": "__meta_kubernetes_pod_container_name",
    "app": "__meta_kubernetes_pod_label_app_kubernetes_io_name",
    "node": "__meta_kubernetes_pod_node_name",
}
"""Labels of a stream: few, and none with many values of its own but the pod."""


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=True)


def _relabelling() -> str:
    rules = [
        f'  rule {{\n    source_labels = ["{source}"]\n    target_label  = "{label}"\n  }}'
        for label, source in _LABELS.items()
    ]
    rules.append(
        "  rule {\n"
        '    source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_name", '
        '"__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name"]\n'
        '    separator     = "/"\n'
        '    regex         = "([^/]+)/([^/]+)/([^/]+)/(.+)"\n'
        '    replacement   = "/var/log/pods/${1}_${2}_${3}/${4}/*.log"\n'
        '    target_label  = "__path__"\n'
        "  }"
    )
    return "\n".join(rules)


def _redacting() -> str:
    return "\n".join(
        f"  stage.replace {{\n    expression = {_text(redaction.expression)}\n"
        f"    replace    = {_text(redaction.replacement)}\n  }}"
        for redaction in REDACTIONS
    )


def alloy_config(site: Site, *, push_url: str) -> str:
    """The configuration of every node's Alloy: containers' logs and the node's journal, redacted, to ``push_url``."""
    return f"""\
logging {{
  level  = "warn"
  format = "json"
}}

discovery.kubernetes "pods" {{
  role = "pod"

  selectors {{
    role  = "pod"
    field = "spec.nodeName=" + sys.env("HOSTNAME")
  }}
}}

discovery.relabel "pods" {{
  targets = discovery.kubernetes.pods.targets

{_relabelling()}
}}

local.file_match "pods" {{
  path_targets = discovery.relabel.pods.output
}}

loki.source.file "pods" {{
  targets    = local.file_match.pods.targets
  forward_to = [loki.process.containers.receiver]
}}

loki.process "containers" {{
  stage.cri {{ }}

  stage.drop {{
    longer_than         = "256KB"
    drop_counter_reason = "line_too_long"
  }}

  stage.label_drop {{
    values = ["filename"]
  }}

  forward_to = [loki.process.redact.receiver]
}}

loki.relabel "journal" {{
  forward_to = []

  rule {{
    source_labels = ["__journal__systemd_unit"]
    target_label  = "unit"
  }}
}}

loki.source.journal "node" {{
  path          = "/var/log/journal"
  max_age       = "12h"
  labels        = {{ job = "node-journal", node = sys.env("HOSTNAME") }}
  relabel_rules = loki.relabel.journal.rules
  forward_to    = [loki.process.redact.receiver]
}}

loki.process "redact" {{
{_redacting()}

  forward_to = [loki.write.loki.receiver]
}}

loki.write "loki" {{
  endpoint {{
    url       = {_text(push_url)}
    tenant_id = {_text(site.tenant)}
  }}

  external_labels = {{
    cluster     = {_text(site.cluster)},
    environment = {_text(site.env)},
  }}
}}
"""
