"""Secrets: declared here, valued by generation, by rotation or by hand, and read by name. No value is in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from components.data_layer.site import Site
from components.data_layer.stores import Purpose
from components.keys import Purpose as KeyPurpose
from components.model import Days, DnsLabel, Settings, Slug, refuse

_LIKE_A_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")
RECOVERY_DAYS: Final[Mapping[bool, int]] = {True: 30, False: 0}
"""Days in which a deleted secret can be had back, by production. Its name is taken that long, so elsewhere 0."""


def _no_suffix(value: str) -> str:
    if _LIKE_A_SUFFIX.search(value):
        refuse(
            "a name that doesn't end in a hyphen and six characters: Secrets Manager appends just that to the ARN and "
            "then finds the wrong secret by a part of it"
        )
    return value


SecretName = Annotated[Slug, AfterValidator(_no_suffix)]


class SecretSettings(Settings):
    """One secret. Its name is ``<platform>/<env>/<namespace>/<name>``, by the keys it stands under."""

    purpose: Purpose
    """What it opens, and for whom."""
    generate: bool = False
    """A random value is made for it. Otherwise its value is set outside, after the first update."""
    username: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] | None = None
    """Makes the generated value a login: JSON with ``username`` and ``password``."""
    length: Annotated[int, Field(ge=16, le=256, strict=True)] = 48
    """Letters and digits of a generated value: 48 are 285 bits."""
    rotate_days: Days = 90
    """Days after which a value is to be replaced (FSBP SecretsManager.4); a tag says so to who checks it."""

    @field_validator("username")
    @classmethod
    def _only_generated(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("generate") is False:
            refuse("nothing while generate is false: the value, login and all, is set outside", value=value)
        return value


Secrets = dict[DnsLabel, dict[SecretName, SecretSettings]]
"""Secrets by the namespace that reads them, and name."""


def make_secrets(secrets: Secrets, site: Site, parent: pulumi.Resource) -> dict[str, aws.secretsmanager.Secret]:
    """Every declared secret by ``<namespace>/<name>``; those to be generated with their value."""
    made: dict[str, aws.secretsmanager.Secret] = {}
    for namespace, by_name in secrets.items():
        for name, settings in by_name.items():
            key = f"{namespace}/{name}"
            made[key] = secret = make_secret(
                key,
                site.context.names.secret(namespace, name),
                purpose=settings.purpose,
                rotate_days=settings.rotate_days,
                site=site,
                parent=parent,
            )
            if settings.generate:
                set_value(key, secret, _generated(key, settings, parent), parent)
    return made


def _generated(key: str, settings: SecretSettings, parent: pulumi.Resource) -> pulumi.Output[str]:
    password = make_password(key, settings.length, parent)
    if settings.username is None:
        return password
    return pulumi.Output.json_dumps({"username": settings.username, "password": password})


def make_secret(
    name: str,
    secret_name: str,
    *,
    purpose: str,
    rotate_days: int,
    site: Site,
    parent: pulumi.Resource,
    copied: bool = True,
) -> aws.secretsmanager.Secret:
    """A secret without a value, under the secrets key; with a copy in the recovery region where there is one.

    Not ``copied``: what is of use in its own region alone. Its name is then free in the recovery region.
    """
    copy = site.keys.replicas.get(KeyPurpose.SECRETS) if copied else None
    region = site.context.identity.recovery_region
    return aws.secretsmanager.Secret(
        name,
        name=secret_name,
        description=purpose,
        kms_key_id=site.keys.secrets.arn,
        recovery_window_in_days=RECOVERY_DAYS[site.context.production],
        replicas=[{"region": region, "kms_key_id": copy.arn}] if copy is not None and region is not None else None,
        # a copy left in the recovery region by a stack that was taken down is written over
        force_overwrite_replica_secret=copy is not None or None,
        tags={"RotateWithinDays": str(rotate_days)},
        opts=pulumi.ResourceOptions(parent=parent, protect=site.context.protect or None),
    )


def make_password(
    name: str, length: int, parent: pulumi.Resource, *, keepers: Mapping[str, str] | None = None
) -> pulumi.Output[str]:
    """A random text of letters and digits: no character that a URL or a shell would read otherwise.

    A change of ``keepers`` makes a new one.
    """
    password = random.RandomPassword(
        name, length=length, special=False, keepers=keepers, opts=pulumi.ResourceOptions(parent=parent)
    )
    return password.result


def set_value(
    name: str, secret: aws.secretsmanager.Secret, value: pulumi.Input[str], parent: pulumi.Resource
) -> aws.secretsmanager.SecretVersion:
    """Give ``secret`` its value."""
    return aws.secretsmanager.SecretVersion(
        name, secret_id=secret.id, secret_string=value, opts=pulumi.ResourceOptions(parent=parent)
    )
