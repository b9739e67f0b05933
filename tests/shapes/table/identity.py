"""IAM, KMS, Secrets Manager and the account itself."""

from __future__ import annotations

from typing import Final

from tests.shapes.requests import Row

_KEY_LATER: Final = {
    "deletionWindowInDays": "ScheduleKeyDeletion:PendingWindowInDays",
    "rotationPeriodInDays": "EnableKeyRotation:RotationPeriodInDays",
}
_KEY_SWITCHES: Final = {
    "enableKeyRotation": "a request or none: EnableKeyRotation",
    "isEnabled": "a request or none: DisableKey",
    "enabled": "a request or none: DisableKey",
}

IDENTITY: dict[str, Row] = {
    "aws:account/alternativeContact:AlternativeContact": Row(
        "account", ("PutAlternateContact",), names={"alternateContactType": "AlternateContactType"}
    ),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Row("iam", ("UpdateAccountPasswordPolicy",)),
    "aws:iam/instanceProfile:InstanceProfile": Row(
        "iam",
        ("CreateInstanceProfile", "AddRoleToInstanceProfile"),
        names={"name": "InstanceProfileName", "role": "AddRoleToInstanceProfile:RoleName"},
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Row("iam", ("CreateOpenIDConnectProvider",)),
    "aws:iam/policy:Policy": Row("iam", ("CreatePolicy",), names={"name": "PolicyName", "policy": "PolicyDocument"}),
    "aws:iam/role:Role": Row(
        "iam", ("CreateRole",), names={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"}
    ),
    "aws:iam/rolePolicy:RolePolicy": Row(
        "iam", ("PutRolePolicy",), names={"name": "PolicyName", "policy": "PolicyDocument", "role": "RoleName"}
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Row("iam", ("AttachRolePolicy",), names={"role": "RoleName"}),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Row(
        "iam", ("CreateServiceLinkedRole", "TagRole"), given={"TagRole:RoleName": "AWSServiceRoleForThis"}
    ),
    "aws:kms/alias:Alias": Row("kms", ("CreateAlias",), names={"name": "AliasName"}),
    "aws:kms/key:Key": Row(
        "kms",
        ("CreateKey", "EnableKeyRotation", "ScheduleKeyDeletion"),
        names={**_KEY_LATER, "customerMasterKeySpec": "KeySpec"},
        left=_KEY_SWITCHES,
        given={"EnableKeyRotation:KeyId": "mrk-1", "ScheduleKeyDeletion:KeyId": "mrk-1"},
    ),
    "aws:kms/replicaKey:ReplicaKey": Row(
        "kms",
        ("ReplicateKey", "ScheduleKeyDeletion"),
        names={**_KEY_LATER, "primaryKeyArn": "KeyId"},
        left=_KEY_SWITCHES,
        given={"ReplicaRegion": "us-west-2", "ScheduleKeyDeletion:KeyId": "mrk-1"},
    ),
    "aws:secretsmanager/secret:Secret": Row(
        "secretsmanager",
        ("CreateSecret", "DeleteSecret"),
        names={"replicas": "AddReplicaRegions"},
        given={"DeleteSecret:SecretId": "secret"},
        shape=lambda inputs: {
            # none is a word of its own in the API: ForceDeleteWithoutRecovery
            key: value
            for key, value in inputs.items()
            if (key, value) != ("recoveryWindowInDays", 0)
        },
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Row(
        "secretsmanager",
        ("PutSecretValue",),
        names={"secretStringWo": "SecretString"},
        left={"secretStringWoVersion": "the provider's own: when it sends the text again"},
    ),
}
