"""Who may do what: no wildcard without a written reason, nobody unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .core.rules import (
    About,
    Config,
    Finding,
    Resource,
    Result,
    Rule,
    Setting,
    each_must,
    must_be_seen,
    must_have_items,
    types,
    wrong,
)
from .documents import DOCUMENTS, Statement, statements

_WILD_ACTION: Final = re.compile(r"\*|[^:]*[*?][^:]*:.*|[^:]+:[*?]+")
_WILD_RESOURCE: Final = re.compile(r"\*|arn:[^:]*:[^:]*:\*?:\*?:[*/:]*\*")
_ROOT: Final = re.compile(r"arn:aws[-a-z]*:iam::\d{12}:root|\d{12}")
_REASON_LENGTH: Final = 4
"""Characters after the prefix that make a name of a Sid: IAM allows no sentence there."""

_ATTACHMENTS: Final = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
    "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
    "aws:iam/role:Role": "managedPolicyArns",
}
_ALL_POWERFUL: Final = re.compile(
    r".*:policy/(?:.*/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w*FullAccess)"
)

_IDENTIFYING: Final = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:calleraccount",
    "kms:viaservice",
)
"""Condition keys that say who calls, so that a principal ``*`` under them isn't everyone."""


# --- iam-wildcards --------------------------------------------------------------------------------------------------


def _reasoned(statement: Statement, prefix: str) -> bool:
    return statement.sid.startswith(prefix) and len(statement.sid) >= len(prefix) + _REASON_LENGTH


def _identity(statement: Statement, config: Config) -> Iterator[Result]:
    prefix = config.text("reason_prefix")
    resources = statement.texts("Resource")
    everything = any(_WILD_RESOURCE.fullmatch(it) for it in resources)
    if not statement.body["NotResource"].missing:
        yield Finding(
            f"{statement.path}.NotResource", "write Resource with what it may touch: the opposite grants the rest"
        )
    if everything and not _reasoned(statement, prefix):
        yield Finding(
            f"{statement.path}.Resource",
            f"write the ARNs it needs; where an action knows no resources, write a Sid: {prefix}<WhatFor>",
        )
    if everything and "iam:PassRole" in statement.texts("Action") and not statement.condition("iam:PassedToService"):
        yield Finding(
            f"{statement.path}.Resource", "write the roles that may be passed, or a condition on iam:PassedToService"
        )


def _actions(statement: Statement) -> Iterator[Result]:
    if not statement.body["NotAction"].missing:
        yield Finding(
            f"{statement.path}.NotAction", "write Action with what it may do: the opposite grants every new action"
        )
    if any(_WILD_ACTION.fullmatch(it) for it in statement.texts("Action")):
        yield Finding(f"{statement.path}.Action", "write the actions it needs, not a whole service's")


def _key_actions(statement: Statement) -> Iterator[Result]:
    principals = statement.principals
    if not principals or not all(_ROOT.fullmatch(it) for it in principals):
        yield from _actions(statement)


def check_wildcards(resource: Resource, config: Config) -> Iterator[Result]:
    """Allow statements without wildcards, and no attached policy that is one."""
    if resource.type in DOCUMENTS:
        for statement in statements(resource):
            if not isinstance(statement, Statement):
                yield statement
            elif not statement.allows or statement.kind == "trust":
                continue
            elif statement.kind == "key":
                yield from _key_actions(statement)
            else:
                yield from _actions(statement)
                if statement.kind == "identity":
                    yield from _identity(statement, config)
    if resource.type in _ATTACHMENTS:
        attached = resource[_ATTACHMENTS[resource.type]]
        for arn in [attached] if attached.text or attached.unknown else attached.each():
            if _ALL_POWERFUL.fullmatch(arn.text):
                yield wrong(arn, "write a policy of your own with the actions it needs")


iam_wildcards = Rule(
    About(
        name="iam-wildcards",
        description="IAM documents name actions and resources; a resource `*` states its reason in the Sid.",
        severity="high",
        remedy="Replace the wildcard by what the workload really calls. Actions that know no resources (most "
        "Describe and List calls, ecr:GetAuthorizationToken, cloudwatch:PutMetricData) go into their own statement, "
        "with a Sid such as ReasonedDescribeNodes, and the reason beside the grant.",
        controls={
            "FSBP": ("IAM.1", "IAM.21", "KMS.1", "KMS.2"),
            "CIS EKS 1.8.0": ("5.1.2", "5.1.3"),
            "OWASP MCP Top 10": ("MCP02",),
            "OWASP Agentic Top 10": ("ASI03",),
            "SOC 2": ("CC6.3",),
        },
        settings={
            "reason_prefix": Setting(
                {"type": "string", "minLength": 3},
                "Reasoned",
                "How the Sid of a statement on resource `*` begins; what it is for follows.",
            )
        },
    ),
    lambda name: name in DOCUMENTS or name in _ATTACHMENTS,
    check_wildcards,
)


# --- public-principals ----------------------------------------------------------------------------------------------


def check_principals(resource: Resource, _: Config) -> Iterator[Result]:
    """Nobody unnamed is let in; a federation says which of its subjects."""
    for statement in statements(resource):
        if not isinstance(statement, Statement):
            yield statement
            continue
        if not statement.allows or statement.kind == "identity":
            continue
        if not statement.body["NotPrincipal"].missing:
            yield Finding(
                f"{statement.path}.NotPrincipal", "write Principal with who may: the opposite lets in everyone else"
            )
        if "*" in statement.principals and not any(statement.condition(key) for key in _IDENTIFYING):
            yield Finding(
                f"{statement.path}.Principal",
                "write the accounts, roles or services; with `*` a condition says who (aws:SourceArn)",
            )
        if "sts:AssumeRoleWithWebIdentity" in statement.texts("Action"):
            for claim in (":sub", ":aud"):
                if not statement.condition(claim):
                    yield Finding(
                        f"{statement.path}.Condition",
                        f"write a condition on the token's {claim}: without it every user of that provider is let in",
                    )
    if resource.type == "aws:iam/role:Role":
        yield from must_have_items(resource["assumeRolePolicy"], "write who may assume the role")


public_principals = Rule(
    About(
        name="public-principals",
        description="Policies of buckets, keys, queues, secrets and roles name who is let in.",
        severity="critical",
        remedy="Name the principal; for a service that acts for many customers add aws:SourceArn or aws:SourceAccount.",
        controls={
            "FSBP": ("S3.2", "S3.3", "S3.6", "KMS.5"),
            "SOC 2": ("CC6.1", "CC6.6"),
        },
    ),
    types(*(name for name, places in DOCUMENTS.items() if any(kind != "identity" for kind, _ in places))),
    check_principals,
)


# --- rbac-wildcards -------------------------------------------------------------------------------------------------

_ROLES: Final = frozenset({"Role", "ClusterRole"})
_BINDINGS: Final = frozenset({"RoleBinding", "ClusterRoleBinding"})
_RBAC: Final = "kubernetes:rbac.authorization.k8s.io/v1:"
_ESCALATING: Final = frozenset({"escalate", "bind", "impersonate"})
_READING: Final = frozenset({"get", "list", "watch"})
_NOBODY: Final = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated", "system:masters"})
_CREATING: Final = {
    "serviceaccounts/token": "write nothing of it: whoever makes tokens is every account",
    "nodes/proxy": "write nodes/metrics or nodes/stats: the proxy runs commands in every pod",
    "persistentvolumes": "let a StorageClass make them: whoever makes volumes mounts any node's disk",
    "validatingwebhookconfigurations": "leave webhooks to their operator's chart",
    "mutatingwebhookconfigurations": "leave webhooks to their operator's chart",
    "certificatesigningrequests/approval": "leave approval to the cluster",
}
"""Resources that hand over more than they say (CIS 4.1.9 to 4.1.12), whatever the verb but reading."""


def _role_rules(resource: Resource, kind: str) -> Iterator[Result]:
    for rule in resource["rules"].each():
        verbs = {it.text for it in rule["verbs"].each()}
        resources = {it.text for it in rule["resources"].each()}
        for name in ("apiGroups", "resources", "verbs", "nonResourceURLs"):
            yield from each_must(lambda it: it.text != "*", rule[name], "write them one by one, without `*`")
        if verbs & _ESCALATING:
            yield wrong(rule["verbs"], "write no escalate, bind or impersonate: with them one has every other right")
        if kind == "ClusterRole" and "secrets" in resources and verbs & _READING and rule["resourceNames"].empty:
            yield wrong(
                rule["resources"], "write a Role in the one namespace, or resourceNames: this reads every secret"
            )
        for name, advice in _CREATING.items():
            if name in resources and (verbs - _READING or name == "nodes/proxy"):
                yield wrong(rule["resources"], advice)


def _binding(resource: Resource) -> Iterator[Result]:
    role = resource.props.at("roleRef", "name")
    yield from must_be_seen(role, resource["subjects"])
    if role.text == "cluster-admin":
        yield wrong(role, "write a role with the rights needed: admins come by access entry")
    for subject in resource["subjects"].each():
        yield from must_be_seen(subject["name"], subject["kind"])
        if subject["name"].text in _NOBODY:
            yield wrong(subject["name"], "write a group or service account of your own")
        if subject["kind"].text == "ServiceAccount" and subject["name"].text == "default":
            yield wrong(
                subject["name"], "write a service account of the workload's own: every pod without one has this"
            )


def check_rbac(resource: Resource, _: Config) -> Iterator[Result]:
    """Roles without wildcards and escalation; bindings to nobody unnamed and to no all-powerful role."""
    kind = resource.type.removeprefix(_RBAC)
    if kind in _ROLES:
        yield from must_be_seen(resource["rules"])
        if resource["aggregationRule"].empty:
            yield from _role_rules(resource, kind)
    else:
        yield from _binding(resource)


rbac_wildcards = Rule(
    About(
        name="rbac-wildcards",
        description="Kubernetes roles grant named verbs on named resources, and no way to more.",
        severity="high",
        remedy="Write the verbs and resources that are used; give reading of secrets by name and namespace only.",
        controls={
            "CIS EKS 1.8.0": ("4.1.1", "4.1.2", "4.1.3", "4.1.5", "4.1.8", "4.1.9", "4.1.10", "4.1.11", "4.1.12"),
            "OWASP MCP Top 10": ("MCP02",),
            "SOC 2": ("CC6.3",),
        },
    ),
    types(*(_RBAC + kind for kind in sorted(_ROLES | _BINDINGS))),
    check_rbac,
)
