"""The registry's own rules: scanning, caches of public registries, copies, and how repositories that ECR makes look."""

from __future__ import annotations

import json
from typing import Annotated, Final, Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from account.deploy.statements import Allow, document
from components.context import Context
from components.data_classes import DataClass
from components.keys import Document
from components.model import Days, Settings, each_once
from components.naming import Names
from components.security_baseline.trail import ACCOUNT_PATH
from components.upstream import UPSTREAMS, UpstreamName

PLACEHOLDER: Final = {"username": "to-be-filled-in", "accessToken": "to-be-filled-in"}
"""What stands in an upstream's secret until its login is put there: ECR makes no rule for a secret it can't read."""
KEEP_UNTAGGED_DAYS: Final = 7


class RegistrySettings(Settings):
    """What ECR does by itself in the account and region."""

    scanning: Literal["ENHANCED", "BASIC"] = "ENHANCED"
    """``ENHANCED`` is Inspector's: again and again, languages too. ``BASIC`` looks once, at the push."""
    upstreams: Annotated[list[UpstreamName], Field(min_length=1), each_once("registry")] = list(UPSTREAMS)
    """Public registries that images come through."""
    cache_days: Days = 90
    """Days that an image from upstream is kept; one that is asked for later comes anew."""
    copy_days: Days = 730
    """Days that a copy from the other region is kept."""


def secret_name(upstream: str) -> str:
    """What an upstream's login is called: ECR reads only secrets that begin so."""
    return f"ecr-pullthroughcache/{upstream}"


def creation_trust() -> Document:
    """ECR may take the role that makes repositories.

    The ECR guide gives no condition: a key that ECR didn't send would leave every cache empty. Only who may pass the
    role can name it in a template, and only in the role's own account.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Registry",
                "Effect": "Allow",
                "Principal": {"Service": "ecr.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def creation_statements(names: Names, prefixes: list[str], key_alias: str) -> list[Allow]:
    """What ECR needs to make a repository with key and tags (ECR user guide, repository creation templates)."""
    return [
        Allow(
            "MakeRepositories",
            ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
            [names.arn("ecr", f"repository/{prefix}/*") for prefix in prefixes],
            "repositories of caches and copies, by the first part of their names",
        ),
        Allow(
            "EncryptRepositories",
            ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
            [names.arn("kms", "key/*")],
            "each is under the registry's key, known by its alias",
            {"ForAnyValue:StringEquals": {"kms:ResourceAliases": [key_alias]}},
        ),
    ]


def lifecycle(days: int) -> dict[str, object]:
    """Images end ``days`` after they came."""
    rules: list[dict[str, object]] = [
        {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": KEEP_UNTAGGED_DAYS,
        },
        {
            "tagStatus": "any",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
    ]
    return {
        "rules": [
            {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}
            for priority, selection in enumerate(rules, start=1)
        ]
    }


class Registry(pulumi.ComponentResource):
    """Scanning of every push, a cache for each public registry, copies to the recovery region in production."""

    def __init__(
        self,
        settings: RegistrySettings,
        context: Context,
        key_arn: pulumi.Input[str],
        key_alias: str,
        *,
        home: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Registry", "registry", None, opts)
        self._context = context
        self._settings = settings
        self._key_arn = key_arn
        self._child = pulumi.ResourceOptions(parent=self)
        names = context.names
        own = f"{names.platform}/{names.env}"
        # copies arrive where the environment's own registry isn't
        prefixes = [*settings.upstreams, *([] if home else [own])]
        self._scanning()
        role, policy = self._role(prefixes, key_alias)
        templates: dict[str, pulumi.Resource] = {
            prefix: self._template(prefix, role, policy, copies=prefix == own) for prefix in prefixes
        }
        for upstream in settings.upstreams:
            self._cache(upstream, templates[upstream])
        recovery = context.identity.recovery_region
        if home and context.production and recovery is not None:
            self._copies(own, recovery)
        self.register_outputs({"host": names.registry})

    def _scanning(self) -> None:
        enhanced = self._settings.scanning == "ENHANCED"
        aws.ecr.RegistryScanningConfiguration(
            "registry",
            scan_type=self._settings.scanning,
            rules=[
                {
                    "scan_frequency": "CONTINUOUS_SCAN" if enhanced else "SCAN_ON_PUSH",
                    "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
                }
            ],
            opts=self._child,
        )

    def _role(self, prefixes: list[str], key_alias: str) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        names = self._context.names
        role = aws.iam.Role(
            "registry",
            path=ACCOUNT_PATH,
            description="ECR makes repositories of caches and copies",
            assume_role_policy=json.dumps(creation_trust()),
            opts=self._child,
        )
        made = document("registry", creation_statements(names, prefixes, key_alias))
        policy = aws.iam.RolePolicy("registry", role=role.name, policy=json.dumps(made), opts=self._child)
        return role, policy

    def _template(
        self, prefix: str, role: aws.iam.Role, policy: aws.iam.RolePolicy, *, copies: bool
    ) -> aws.ecr.RepositoryCreationTemplate:
        settings, context = self._settings, self._context
        days = settings.copy_days if copies else settings.cache_days
        return aws.ecr.RepositoryCreationTemplate(
            prefix.replace("/", "-"),
            prefix=prefix,
            description=f"Copies of {prefix}" if copies else f"Cache of {prefix}",
            applied_fors=["REPLICATION"] if copies else ["PULL_THROUGH_CACHE"],
            custom_role_arn=role.arn,
            image_tag_mutability="IMMUTABLE",
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": self._key_arn}],
            lifecycle_policy=json.dumps(lifecycle(days)),
            resource_tags=context.all_tags(DataClass.INTERNAL),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _cache(self, name: UpstreamName, template: pulumi.Resource) -> None:
        upstream = UPSTREAMS[name]
        # a repository made before its template is made without key and lifecycle, and stays so
        after: list[pulumi.Resource] = [template]
        secret = None
        if upstream.login:
            secret, version = self._login(name)
            after.append(version)
        aws.ecr.PullThroughCacheRule(
            name,
            ecr_repository_prefix=name,
            upstream_registry_url=upstream.url,
            credential_arn=secret.arn if secret is not None else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )

    def _login(self, name: UpstreamName) -> tuple[aws.secretsmanager.Secret, aws.secretsmanager.SecretVersion]:
        """The secret of an upstream's login; whoever has the login puts it there, and no state ever holds it."""
        secret = aws.secretsmanager.Secret(
            name,
            name=secret_name(name),
            description=f"Login of {UPSTREAMS[name].url}: username and accessToken",
            # no key of ours: ECR reads upstream logins under Secrets Manager's own key only (ECR user guide, storing
            # upstream credentials)
            recovery_window_in_days=30 if self._context.production else 0,
            tags=self._context.tags(DataClass.INTERNAL),
            opts=self._child,
        )
        version = aws.secretsmanager.SecretVersion(
            name,
            secret_id=secret.id,
            # write-only: neither kept in the state nor compared with what stands there later
            secret_string_wo=json.dumps(PLACEHOLDER),
            secret_string_wo_version=1,
            opts=self._child,
        )
        return secret, version

    def _copies(self, prefix: str, region: str) -> None:
        aws.ecr.ReplicationConfiguration(
            "registry",
            replication_configuration={
                "rules": [
                    {
                        "destinations": [{"region": region, "registry_id": self._context.names.account_id}],
                        "repository_filters": [{"filter": f"{prefix}/", "filter_type": "PREFIX_MATCH"}],
                    }
                ]
            },
            opts=self._child,
        )
