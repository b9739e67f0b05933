"""The deploy role and the preview role: documents by service, what stays closed, the boundary of what they make."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from account.deploy.identity import PREVIEW_ROLE, ROLE, guard, identity
from account.deploy.network import compute, edge, network
from account.deploy.operation import operation, recovery
from account.deploy.reading import reading
from account.deploy.statements import ATTACHED_LIMIT, Allow, Deny, Document, Estate, document
from account.deploy.stores import buckets, databases, keys
from account.deploy.trust import DeploySettings, deploy_trust, preview_trust
from components.context import Context
from components.naming import Names
from components.security_baseline.boundary import boundary, boundary_name
from components.security_baseline.keys import AccountPurpose, key_alias
from components.security_baseline.trail import ACCOUNT_PATH

_PREVIEW_HOURS: Final = 1
_HOUR: Final = 3600


def state_statements(names: Names, region: str, *, write: bool) -> list[Allow]:
    """State of stacks that is kept in the account's own bucket, and its key: both stand in ``region``."""
    bucket = f"arn:aws:s3:::{names.bucket('account-state', region=region)}"
    alias = key_alias(names, AccountPurpose.STATE)
    objects = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"] if write else ["s3:GetObject"]
    use = ["kms:Decrypt", "kms:DescribeKey", *(["kms:Encrypt", "kms:GenerateDataKey"] if write else [])]
    return [
        Allow("State", objects, [f"{bucket}/*"], "the state of the environment's stacks"),
        Allow("ListState", ["s3:ListBucket"], [bucket], "which stacks have a state"),
        Allow(
            "StateKey",
            use,
            [f"arn:aws:kms:{region}:{names.account_id}:key/*"],
            "secrets in the state are encrypted with the one key of this alias",
            {"ForAnyValue:StringEquals": {"kms:ResourceAliases": [alias]}},
        ),
    ]


def edge_secret(estate: Estate) -> Allow:
    """What a preview of a standby can't do without."""
    return Allow(
        "EdgeSecret",
        ["secretsmanager:GetSecretValue"],
        estate.arns("secretsmanager", f"secret:{estate.names.secret('edge', 'origin')}-??????"),
        "the standby's program reads what CloudFront shows its load balancer, a preview too",
    )


def deploy_policies(estate: Estate, state_region: str, *, production: bool) -> dict[str, Document]:
    """The deploy role's policies by name. ``ValueError`` where one is longer than IAM takes."""
    groups: Mapping[str, Sequence[Allow | Deny]] = {
        "reading": reading(),
        "network": network(estate),
        "compute": [*compute(estate), *edge(estate)],
        "databases": databases(estate),
        "stores": [*buckets(estate, production=production), *state_statements(estate.names, state_region, write=True)],
        "keys": keys(estate),
        "operation": [*operation(estate), *recovery(estate, production=production)],
        "identity": identity(estate),
        "guard": guard(estate),
    }
    return {name: document(name, statements) for name, statements in groups.items()}


def preview_policies(estate: Estate, state_region: str) -> dict[str, Document]:
    """The preview role's policies by name: reading only, and the key's use for state under it."""
    state = [*state_statements(estate.names, state_region, write=False), edge_secret(estate)]
    via = {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}}
    state.append(
        Allow(
            "EdgeSecretKey",
            ["kms:Decrypt"],
            [f"arn:aws:kms:*:{estate.names.account_id}:key/*"],
            "the same secret, encrypted; through Secrets Manager only, which lets the role read no other",
            via,
        )
    )
    return {
        name: document(name, statements) for name, statements in {"reading": reading(), "preview-state": state}.items()
    }


class DeployRoles(pulumi.ComponentResource):
    """Two roles that only tokens of our runs open: one that deploys the environment, one that reads for a preview.

    The deploy role is called as ``names.role("deploy")``, which the cluster's settings know as its creator.
    """

    deploy: aws.iam.Role
    preview: aws.iam.Role

    def __init__(
        self,
        settings: DeploySettings,
        context: Context,
        *,
        home: bool,
        state_region: str,
        providers: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``providers``: the account's OIDC providers, where they are made here; the boundary is made at ``home``.

        ``state_region`` has the bucket and key of the states that the roles work with.
        """
        super().__init__("platform:index:DeployRoles", "deploy", None, opts)
        self._context = context
        self._child = pulumi.ResourceOptions(parent=self)
        self._after = pulumi.ResourceOptions(parent=self, depends_on=list(providers) or None)
        names = context.names
        estate = Estate(names, context.identity.recovery_region)
        if home:
            # its name has no region: one an account
            aws.iam.Policy(
                "boundary",
                name=boundary_name(names),
                path=ACCOUNT_PATH,
                description=f"What roles of {names.prefix} may do at most",
                policy=json.dumps(boundary(names)),
                opts=self._child,
            )
        trusts = deploy_trust(names.account_id, settings), preview_trust(names.account_id, settings)
        shared = {"reading": self._policy("reading", document("reading", reading()))}
        self.deploy = self._role(
            ROLE,
            trusts[0],
            deploy_policies(estate, state_region, production=context.production),
            shared,
            settings.hours,
        )
        self.preview = self._role(
            PREVIEW_ROLE, trusts[1], preview_policies(estate, state_region), shared, _PREVIEW_HOURS
        )
        self.register_outputs({"deployRoleArn": self.deploy.arn, "previewRoleArn": self.preview.arn})

    def _policy(self, name: str, made: Mapping[str, object]) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{self._context.names.prefix}-{name}",
            path=ACCOUNT_PATH,
            description=f"Deployments of {self._context.names.prefix}: {name.replace('-', ' ')}",
            policy=json.dumps(made),
            opts=self._child,
        )

    def _role(
        self,
        role: str,
        trust: Mapping[str, object],
        policies: Mapping[str, Document],
        shared: Mapping[str, aws.iam.Policy],
        hours: int,
    ) -> aws.iam.Role:
        if len(policies) > ATTACHED_LIMIT:
            raise ValueError(f"{role}: {len(policies)} policies, and a role has {ATTACHED_LIMIT}")
        names = self._context.names
        made = aws.iam.Role(
            role,
            name=names.role(role),
            description=f"Pulumi, to {role} {names.prefix} in {names.region}",
            assume_role_policy=json.dumps(trust),
            max_session_duration=hours * _HOUR,
            opts=self._after,
        )
        for name, policy in policies.items():
            attached = shared.get(name) or self._policy(name, policy)
            aws.iam.RolePolicyAttachment(f"{role}-{name}", role=made.name, policy_arn=attached.arn, opts=self._child)
        return made
