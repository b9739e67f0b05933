"""Who is told: Alertmanager's configuration from the stack's contacts, as plain data.

Slack's webhook and PagerDuty's key are secrets: they are files that External Secrets mounts, named here by path only.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import StringConstraints, ValidationInfo, field_validator

from components.kubernetes.manifest import Json
from components.model import Settings, refuse
from components.observability.alerts import Severity

ALERTING_SECRET: Final = "alerting"  # noqa: S105 - a name, no secret
"""The secret of namespace ``monitoring`` with the keys ``slack`` and ``pagerduty``."""
_MOUNT: Final = f"/etc/alertmanager/secrets/{ALERTING_SECRET}"

SlackChannel = Annotated[str, StringConstraints(pattern=r"^#[a-z0-9_-]{1,79}$")]


class Contacts(Settings):
    """Where alerts go: warnings to a Slack channel, what is critical to one and to PagerDuty."""

    slack_critical: SlackChannel
    slack_warning: SlackChannel
    pagerduty: bool = True
    """Whether critical alerts page; the key is in the secret ``alerting``."""

    @field_validator("slack_warning")
    @classmethod
    def _apart(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("slack_critical"):
            refuse("a channel of its own: critical alerts drown among warnings", value=value)
        return value


def alertmanager_config(contacts: Contacts, *, stack: str) -> dict[str, Json]:
    """Warnings to Slack, what is critical to Slack and PagerDuty; a warning is muted by its critical twin."""
    critical: dict[str, Json] = {"name": "critical", "slack_configs": [_slack(contacts.slack_critical)]}
    if contacts.pagerduty:
        critical["pagerduty_configs"] = [
            {
                "routing_key_file": f"{_MOUNT}/pagerduty",
                "description": "{{ .CommonAnnotations.summary }}",
                "details": {"stack": stack, "runbook": "{{ .CommonAnnotations.runbook_url }}"},
                "send_resolved": True,
            }
        ]
    return {
        "route": {
            "receiver": "warning",
            "group_by": ["alertname", "namespace"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": [
                {"receiver": "silent", "matchers": ['alertname =~ "Watchdog|InfoInhibitor"']},
                {
                    "receiver": "critical",
                    "matchers": [f'severity = "{Severity.CRITICAL.value}"'],
                    "group_wait": "10s",
                    "repeat_interval": "1h",
                },
            ],
        },
        "receivers": [
            {"name": "silent"},
            {"name": "warning", "slack_configs": [_slack(contacts.slack_warning)]},
            critical,
        ],
        "inhibit_rules": [
            {
                "source_matchers": [f'severity = "{Severity.CRITICAL.value}"'],
                "target_matchers": [f'severity = "{Severity.WARNING.value}"'],
                "equal": ["alertname", "namespace"],
            }
        ],
    }


def _slack(channel: str) -> dict[str, Json]:
    return {
        "api_url_file": f"{_MOUNT}/slack",
        "channel": channel,
        "send_resolved": True,
        "title": "{{ .CommonLabels.severity }}: {{ .CommonAnnotations.summary }}",
        "text": "{{ range .Alerts }}{{ .Annotations.description }} {{ .Annotations.runbook_url }}\n{{ end }}",
    }
