"""What the chart of Argo CD is told besides the catalogue's values: sign-in, who may do what, who hears of failures."""

from __future__ import annotations

import json
from typing import Final

from components.delivery.settings import DeliverySettings
from components.operators.footprint import Values

SIGN_IN_SECRET: Final = "argocd-sign-in"  # noqa: S105 - a name, no secret
WEBHOOK_SECRET: Final = "argocd-webhook"  # noqa: S105 - a name, no secret
NOTIFICATIONS_SECRET: Final = "argocd-notifications-secret"  # noqa: S105 - a name, no secret
SLACK_KEY: Final = "slack-token"
_SEEN: Final = ("applications", "logs", "projects", "clusters", "repositories")
_HEALTH: Final = """\
local found = {status = "Progressing", message = "not looked at yet"}
if obj.status ~= nil and obj.status.health ~= nil then
  found.status = obj.status.health.status or found.status
  found.message = obj.status.health.message or ""
end
return found
"""
"""An Application is as well as what it looks after: without it the root is well whatever becomes of the others."""


def values(settings: DeliverySettings, *, stack: str) -> Values:
    """To be laid over the catalogue's."""
    return {
        "configs": {
            "cm": {
                "oidc.config": _json(
                    {
                        "name": "Single sign-on",
                        "issuer": settings.sign_in.issuer,
                        "clientID": settings.sign_in.client_id,
                        "clientSecret": f"${SIGN_IN_SECRET}:client-secret",
                        "requestedScopes": ["openid", "profile", "email", "groups"],
                        "enablePKCEAuthentication": True,
                    }
                ),
                "resource.customizations.health.argoproj.io_Application": _HEALTH,
            },
            "rbac": {"policy.csv": policy(settings)},
            "secret": {"githubSecret": f"${WEBHOOK_SECRET}:github"},
        },
        "notifications": _notifications(settings, stack),
    }


def policy(settings: DeliverySettings) -> str:
    """Everyone named sees everything; syncing is given by each project. Nobody makes or changes an Application here."""
    lines = [
        f"p, role:viewer, {thing}, get, {'*/*' if thing in ('applications', 'logs') else '*'}, allow" for thing in _SEEN
    ]
    groups = dict.fromkeys([*settings.access.operators, *settings.access.viewers])
    return "\n".join([*lines, *(f"g, {group}, role:viewer" for group in groups)]) + "\n"


def _notifications(settings: DeliverySettings, stack: str) -> Values:
    link = "{{.context.argocdUrl}}/applications/{{.app.metadata.name}}"
    kinds = {
        "sync-failed": (
            "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
            "sync failed: {{.app.status.operationState.message}}",
        ),
        "degraded": (
            "app.status.health.status == 'Degraded'",
            "is unwell since revision {{.app.status.sync.revision}}",
        ),
    }
    return {
        "notifiers": {"service.slack": _json({"token": f"${SLACK_KEY}"})},
        "subscriptions": [
            {"recipients": [f"slack:{settings.slack.removeprefix('#')}"], "triggers": [f"on-{kind}" for kind in kinds]}
        ],
        "triggers": {
            f"trigger.on-{kind}": _json(
                [{"when": when, "oncePer": "app.status.sync.revision", "send": [f"app-{kind}"]}]
            )
            for kind, (when, _) in kinds.items()
        },
        "templates": {
            f"template.app-{kind}": _json({"message": f"{stack}: {{{{.app.metadata.name}}}} {text} ({link})"})
            for kind, (_, text) in kinds.items()
        },
    }


def _json(value: object) -> str:
    """As Argo CD reads it: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)
