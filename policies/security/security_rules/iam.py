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
from .objects import object_rule

_WILDCARDS: Final = re.compile(r"[*?]+")
_FEWEST_LETTERS: Final = 3
"""Letters of an action beside its wildcards, fewer of which name nothing: ``s3:*``, ``iam:P*``, ``s3:*t*``."""
_ARN_PARTS: Final = 6
_ROOT: Final = re.compile(r"arn:aws[-a-z]*:iam::\d{12}:root|\d{12}")
_REASON_LENGTH: Final = 4
"""Characters after the prefix that make a name of a Sid: IAM allows no sentence there."""

_ATTACHMENTS: Final = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
    "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
    "aws:iam/role:Role": "managedPolicyArns",
}
_ALL_POWERFUL: Final = re.compile(
    r"arn:[^:]*:iam::aws:policy/(?:.*/)?(?:AdministratorAccess|PowerUserAccess|[^/]*FullAccess|\w*Administrator)(?:-.*)?"
)
"""Policies of AWS's own that give everything, or everything of a service or a trade."""

_IDENTIFYING: Final = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceowner",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "elasticfilesystem:accessedviamounttarget",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
)
"""Condition keys that say who calls or from where, so that a principal ``*`` under them isn't everyone. A service by
which a key is used (``kms:ViaService``) is none: everyone may use the service."""


_COGNITO: Final = "cognito-identity.amazonaws.com"
"""The provider whose tokens name a pool (``aud``) and whether somebody has signed in (``amr``), and no subject."""


# --- iam-wildcards --------------------------------------------------------------------------------------------------


def wild_action(action: str) -> bool:
    """Whether an action names no more than a service."""
    service, colon, name = action.partition(":")
    return (
        not colon
        or bool(_WILDCARDS.search(service))
        or (bool(_WILDCARDS.search(name)) and len(_WILDCARDS.sub("", name)) < _FEWEST_LETTERS)
    )


def wild_resource(resource: str) -> bool:
    """Whether a resource's ARN names nothing of one's own: no part of what comes after region and account."""
    if not _WILDCARDS.search(resource):
        return False
    parts = resource.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return True
    scope, what = parts[3:5], parts[5]
    named = any(it and not _WILDCARDS.fullmatch(it) for it in scope)
    return not named and not what.strip("*?:/")


def _reasoned(statement: Statement, prefix: str) -> bool:
    return statement.sid.startswith(prefix) and len(statement.sid) >= len(prefix) + _REASON_LENGTH


def _identity(statement: Statement, config: Config) -> Iterator[Result]:
    prefix = config.text("reason_prefix")
    resources = statement.texts("Resource")
    everything = any(map(wild_resource, resources))
    if not statement.body["NotResource"].missing:
        yield Finding(
            f"{statement.path}.NotResource", "write Resource with what it may touch: the opposite grants the rest"
        )
    if everything and not _reasoned(statement, prefix):
        yield Finding(
            f"{statement.path}.Resource",
            f"write the ARNs it needs; where an action knows no resources, write a Sid: {prefix}<WhatFor>",
        )
    if everything and statement.may("iam:PassRole") and not statement.demands("iam:PassedToService"):
        yield Finding(
            f"{statement.path}.Resource", "write the roles that may be passed, or a condition on iam:PassedToService"
        )


def _actions(statement: Statement) -> Iterator[Result]:
    if not statement.body["NotAction"].missing:
        yield Finding(
            f"{statement.path}.NotAction", "write Action with what it may do: the opposite grants every new action"
        )
    if any(map(wild_action, statement.texts("Action"))):
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


def _federated(statement: Statement) -> Iterator[Result]:
    """Who comes from another provider of identities is named: by the token's claims, or by SAML's audience."""
    principals = statement.texts_of("Principal", "Federated")
    if statement.kind != "trust" or not (principals or "*" in statement.principals):
        return
    claims: tuple[str, ...] = ()
    if statement.may("sts:AssumeRoleWithWebIdentity"):
        claims = (":amr", ":aud") if _COGNITO in principals else (":sub", ":aud")
    elif statement.may("sts:AssumeRoleWithSAML"):
        claims = (":aud",)
    for claim in claims:
        if not statement.demands(claim):
            yield Finding(
                f"{statement.path}.Condition",
                f"write a condition on the token's {claim} with its values: without it every user of that provider is "
                "let in",
            )


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
        if any(_WILDCARDS.fullmatch(it) for it in statement.principals) and not any(
            map(statement.demands, _IDENTIFYING)
        ):
            yield Finding(
                f"{statement.path}.Principal",
                "write the accounts, roles or services; with `*` a condition says who (aws:SourceArn)",
            )
        yield from _federated(statement)
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
_NOBODY: Final = frozenset(
    {
        "system:anonymous",
        "system:authenticated",
        "system:masters",
        "system:serviceaccounts",
        "system:unauthenticated",
    }
)
"""Groups of everyone, of every pod, and of those whom no role binds."""
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
            yield from each_must(
                lambda it: it.text not in {"*", "/*", "*/*"}, rule[name], "write them one by one, without `*`"
            )
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


rbac_wildcards = object_rule(
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
