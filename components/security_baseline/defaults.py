"""What an account and region do by default, where nobody says better: encryption, privacy, passwords, backups."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.security_baseline.settings import SecurityContact

PASSWORD_LENGTH: Final = 14
"""Characters of a password at least (CIS AWS Foundations 1.8)."""
PASSWORDS_REMEMBERED: Final = 24
"""Passwords that can't be used again (CIS AWS Foundations 1.9)."""
PASSWORD_DAYS: Final = 90
"""Days until a password must be changed (FSBP IAM.7)."""

BACKED_UP: Final = ("Aurora", "DynamoDB", "EBS", "EC2", "RDS", "S3")
"""What backup plans of the platform take up: a selection backs up nothing of a type that isn't opted in."""
NOT_BACKED_UP: Final = (
    "CloudFormation",
    "DSQL",
    "DocumentDB",
    "EFS",
    "FSx",
    "Neptune",
    "Redshift",
    "Redshift Serverless",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
)
"""The rest of what AWS Backup has in us-east-1 and us-west-2: one left out would be a difference at every update.

Source of both lists: the provider's own test of the resource (hashicorp/terraform-provider-aws, internal/service/backup
testdata, region_settings), read 2026-11-21.
"""


class RegionDefaults(pulumi.ComponentResource):
    """The defaults that each region has for itself."""

    def __init__(
        self, context: Context, volumes_key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("platform:index:RegionDefaults", "region-defaults", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = context.names
        aws.ebs.EncryptionByDefault("volumes", enabled=True, opts=child)
        aws.ebs.DefaultKmsKey("volumes", key_arn=volumes_key_arn, opts=child)
        aws.ebs.SnapshotBlockPublicAccess("snapshots", state="block-all-sharing", opts=child)
        aws.ec2.ImageBlockPublicAccess("images", state="block-new-sharing", opts=child)
        aws.ec2.SerialConsoleAccess("serial-console", enabled=False, opts=child)
        aws.ec2.InstanceMetadataDefaults(
            "instance-metadata",
            http_endpoint="enabled",
            http_tokens="required",
            http_put_response_hop_limit=1,
            instance_metadata_tags="disabled",
            opts=child,
        )
        # documents may hold commands and names of what they run on (FSBP SSM.7)
        aws.ssm.ServiceSetting(
            "documents",
            setting_id=names.arn("ssm", "servicesetting/ssm/documents/console/public-sharing-permission"),
            setting_value="Disable",
            opts=child,
        )
        aws.backup.RegionSettings(
            "backups",
            resource_type_opt_in_preference={
                **dict.fromkeys(NOT_BACKED_UP, False),
                **dict.fromkeys(BACKED_UP, True),
            },
            # tables as AWS Backup keeps them: with cold storage, and copies to other regions
            resource_type_management_preference={"DynamoDB": True, "EFS": True},
            opts=child,
        )
        self.register_outputs({})


class AccountDefaults(pulumi.ComponentResource):
    """The defaults that an account has once, whatever the region."""

    def __init__(self, contact: SecurityContact | None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:index:AccountDefaults", "account-defaults", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.s3.AccountPublicAccessBlock(
            "buckets",
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        # for the users there should be none of: people come in by single sign-on
        aws.iam.AccountPasswordPolicy(
            "passwords",
            minimum_password_length=PASSWORD_LENGTH,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            max_password_age=PASSWORD_DAYS,
            password_reuse_prevention=PASSWORDS_REMEMBERED,
            allow_users_to_change_password=True,
            hard_expiry=False,
            opts=child,
        )
        if contact is not None:
            aws.account.AlternativeContact(
                "security",
                alternate_contact_type="SECURITY",
                name=contact.name,
                title=contact.title,
                email_address=contact.email,
                phone_number=contact.phone,
                opts=child,
            )
        self.register_outputs({})
