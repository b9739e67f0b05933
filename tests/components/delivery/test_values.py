"""What Argo CD is told: who signs in, who may do what, who hears of failures."""

from __future__ import annotations

import json
from typing import Any

from components.delivery.component import secret_manifests
from components.delivery.settings import Access, DeliverySettings, SignIn
from components.delivery.values import policy, values

SETTINGS = DeliverySettings(
    repository="https://github.com/example/platform",
    sign_in=SignIn(issuer="https://id.example.com", client_id="argocd-dev"),
    access=Access(operators=["platform-team"], viewers=["developers", "platform-team"]),
    slack="#dev-deploys",
)


def test_people_sign_in_at_the_issuer_with_a_secret_from_outside() -> None:
    told: Any = values(SETTINGS, stack="toolboxai-dev")
    oidc = json.loads(told["configs"]["cm"]["oidc.config"])
    assert (oidc["issuer"], oidc["clientID"]) == ("https://id.example.com", "argocd-dev")
    assert oidc["clientSecret"] == "$argocd-sign-in:client-secret"
    assert "groups" in oidc["requestedScopes"]
    assert told["configs"]["secret"]["githubSecret"] == "$argocd-webhook:github"


def test_nobody_may_change_an_application_from_outside_git() -> None:
    lines = [line.split(", ") for line in policy(SETTINGS).splitlines()]
    rights = [line for line in lines if line[0] == "p"]
    assert {line[3] for line in rights} == {"get"}
    assert {line[5] for line in rights} == {"allow"}
    assert "exec" not in {line[2] for line in rights}
    assert [line[1:] for line in lines if line[0] == "g"] == [
        ["platform-team", "role:viewer"],
        ["developers", "role:viewer"],
    ]


def test_failed_syncs_and_unwell_applications_are_told_in_the_channel() -> None:
    told: Any = values(SETTINGS, stack="toolboxai-dev")["notifications"]
    assert json.loads(told["notifiers"]["service.slack"]) == {"token": "$slack-token"}
    (subscription,) = told["subscriptions"]
    assert subscription["recipients"] == ["slack:dev-deploys"]
    for trigger in subscription["triggers"]:
        (rule,) = json.loads(told["triggers"][f"trigger.{trigger}"])
        for template in rule["send"]:
            message = json.loads(told["templates"][f"template.{template}"])["message"]
            assert message.startswith("toolboxai-dev: {{.app.metadata.name}} ")
    assert subscription["triggers"] == ["on-sync-failed", "on-degraded"]


def test_every_secret_that_is_referred_to_is_made_with_the_label_that_argo_cd_wants() -> None:
    made: dict[str, Any] = {
        str(m.metadata.name): m.to_dict()["spec"] for m in secret_manifests(SETTINGS, "toolboxai/dev/argocd/")
    }
    told: Any = values(SETTINGS, stack="toolboxai-dev")
    references = [
        json.loads(told["configs"]["cm"]["oidc.config"])["clientSecret"],
        told["configs"]["secret"]["githubSecret"],
        "$argocd-notifications-secret:slack-token",
    ]
    for reference in references:
        name, key = reference.removeprefix("$").split(":")
        assert key in {row["secretKey"] for row in made[name]["data"]}
        assert made[name]["target"]["template"]["metadata"]["labels"]["app.kubernetes.io/part-of"] == "argocd"
    repository = made["argocd-repository"]["target"]["template"]
    assert repository["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "repository"
    assert repository["data"] == {"type": "git", "url": "https://github.com/example/platform"}
    remotes = {row["remoteRef"]["key"] for spec in made.values() for row in spec["data"]}
    assert remotes == {f"toolboxai/dev/argocd/{n}" for n in ("sign-in", "webhook", "notifications", "repository")}
