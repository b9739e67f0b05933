"""The runbooks' index, made from the alerts and the pages: ``python -m docs.runbooks.index`` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from components.observability.alerts import CORE, Alert, Severity, budget_alerts

HERE: Final = Path(__file__).parent
INDEX: Final = HERE / "README.md"
_TOLD: Final = {Severity.CRITICAL: "PagerDuty, Slack", Severity.WARNING: "Slack"}

_BEFORE: Final = """\
# Runbooks

A page for each alert, which the alert itself names (`runbook_url`): what it means, what users notice, where to look
first, what to do, when to escalate, how to know that it is over. Made by `python -m docs.runbooks.index`.

## Before you look

```bash
export STACK=toolboxai-production    # or toolboxai-staging, toolboxai-dev
aws eks update-kubeconfig --name $STACK-main --region us-east-1
kubectl -n monitoring port-forward svc/kube-prometheus-stack-prometheus 9090     # PromQL, http://localhost:9090
kubectl -n monitoring port-forward svc/kube-prometheus-stack-grafana 3000        # logs: Explore, Loki
kubectl -n monitoring port-forward svc/kube-prometheus-stack-alertmanager 9093   # silences
```

- The pages speak of production and of one server or agent (`context`, `quiz`): put in what the alert's labels say.
- Logs in Loki: `{namespace="mcp", app="context"}`; labels are `namespace`, `pod`, `container`, `app`, `node`. Mail
  addresses, tokens and keys are taken out on the node.
- Production's API endpoint is private: `kubectl` works from inside the account's network. Who may do what there is
  `access` in the stack file; what the pages change needs `admin`, or `developer` in `mcp` and `mcp-agents` of dev.
- dev's nodes sleep from 20:00 to 07:00 New York time and all weekend. Prometheus sleeps too, so nothing alerts. To wake
  them: `aws eks update-nodegroup-config --cluster-name $STACK-main --nodegroup-name NAME --scaling-config
  desiredSize=2`, the name from `aws eks list-nodegroups --cluster-name $STACK-main`.
- What you change by hand a later `pulumi up` may take back. So every repair ends in the stack file.

| what is lost | back within | at most lost |
|---|---|---|
| a service restarts (tier 1) | 30 min | 15 min |
| an application fails | 30 min | |
| the network | 1 h | |
| the database's content | 2 h | 5 min (point-in-time recovery) |
| a critical store | 4 h | 1 h |
| the region: [what to do](scenarios/region.md) | 4 h | 4 h for stores of the tier standard |

## Alerts

| alert | severity | after | who is told | what it means |
|---|---|---|---|---|
"""


def index(alerts: Iterable[Alert], pages: Path = HERE) -> str:
    """The index of ``alerts``, each with the first sentence of its page in ``pages``. One line an alert's name."""
    rows = {
        alert.name: f"| [{alert.name}]({alert.runbook}) | {alert.severity.value} | {alert.hold} "
        f"| {_TOLD[alert.severity]} | {_meaning(pages / alert.runbook)} |\n"
        for alert in alerts
    }
    return _BEFORE + "".join(rows.values())


def _meaning(page: Path) -> str:
    """The first sentence below "What it means"."""
    _, _, after = page.read_text().partition("## What it means\n")
    text = " ".join(after.partition("\n\n")[0].split())
    for end in (". ", "; ", ": "):
        text = text.partition(end)[0]
    return text.removesuffix(".")


if __name__ == "__main__":
    INDEX.write_text(index([*CORE, *budget_alerts({"any": 1})]))
