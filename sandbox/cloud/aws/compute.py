"""What EKS, Auto Scaling, Lambda and IAM answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.identity import uuid_of
from sandbox.cloud.making import CREATED, Maker, Making
from sandbox.model import Properties, Value

# --- EKS --------------------------------------------------------------------------------------------------------

CERTIFICATE: Final = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCnNhbmRib3gKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
"""Base64 of something in the form of a certificate that certifies nothing."""


def _cluster(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    token = making.hex(32).upper()
    outputs: Properties = {
        "arn": making.arn("eks", f"cluster/{name}"),
        "endpoint": f"https://{token}.gr7.{making.region}.eks.amazonaws.com",
        "certificateAuthority": {"data": CERTIFICATE},
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{making.region}.amazonaws.com/id/{token}"}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "createdAt": CREATED,
    }
    given: Mapping[str, Value] = making.entries("vpcConfig")
    config: dict[str, Value] = {
        "endpointPrivateAccess": False,
        "endpointPublicAccess": True,
        "publicAccessCidrs": ["0.0.0.0/0"],
        **given,
        "clusterSecurityGroupId": f"sg-{making.hex(17, 'cluster security group')}",
        "vpcId": making.vpc_of(given.get("subnetIds")),
    }
    outputs["vpcConfig"] = config
    network: dict[str, Value] = {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"}
    outputs["kubernetesNetworkConfig"] = {**network, **making.entries("kubernetesNetworkConfig")}
    if "accessConfig" not in making.inputs:
        outputs["accessConfig"] = {
            "authenticationMode": "CONFIG_MAP",
            "bootstrapClusterCreatorAdminPermissions": True,
        }
    return name, outputs


def _node_group(making: Making) -> tuple[str, Properties]:
    cluster, name = making.text("clusterName"), making.text("nodeGroupName")
    token = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    outputs: Properties = {
        "arn": making.arn("eks", f"nodegroup/{cluster}/{name}/{token}"),
        "status": "ACTIVE",
        "resources": [
            {"autoscalingGroups": [{"name": f"eks-{name}-{token}"}], "remoteAccessSecurityGroupId": ""},
        ],
    }
    for key, default in (("amiType", "AL2023_x86_64_STANDARD"), ("capacityType", "ON_DEMAND")):
        if key not in making.inputs and "launchTemplate" not in making.inputs:
            outputs[key] = default
    return f"{cluster}:{name}", outputs


def _addon(making: Making) -> tuple[str, Properties]:
    cluster, name = making.text("clusterName"), making.text("addonName")
    token = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    return f"{cluster}:{name}", {
        "arn": making.arn("eks", f"addon/{cluster}/{name}/{token}"),
        "createdAt": CREATED,
        "modifiedAt": CREATED,
    }


def _access_entry(making: Making) -> tuple[str, Properties]:
    cluster, principal = making.text("clusterName"), making.text("principalArn")
    kind, _, who = principal.rpartition(":")[2].partition("/")
    token = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    outputs: Properties = {
        "accessEntryArn": making.arn("eks", f"access-entry/{cluster}/{kind}/{making.account}/{who}/{token}"),
        "createdAt": CREATED,
        "modifiedAt": CREATED,
    }
    if "userName" not in making.inputs:
        outputs["userName"] = principal
    return f"{cluster}:{principal}", outputs


def _policy_association(making: Making) -> tuple[str, Properties]:
    cluster, principal, policy = (making.text(key) for key in ("clusterName", "principalArn", "policyArn"))
    return f"{cluster}#{principal}#{policy}", {"associatedAt": CREATED, "modifiedAt": CREATED}


def _pod_identity(making: Making) -> tuple[str, Properties]:
    id_ = f"a-{making.letters(17).lower()}"
    arn = making.arn("eks", f"podidentityassociation/{making.text('clusterName')}/{id_}")
    return id_, {"associationId": id_, "associationArn": arn}


def _fargate_profile(making: Making) -> tuple[str, Properties]:
    cluster, name = making.text("clusterName"), making.text("fargateProfileName")
    token = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    arn = making.arn("eks", f"fargateprofile/{cluster}/{name}/{token}")
    return f"{cluster}:{name}", {"arn": arn, "status": "ACTIVE"}


# --- IAM --------------------------------------------------------------------------------------------------------


def _iam(making: Making, kind: str, name: str) -> str:
    return making.arn("iam", f"{kind}{making.text('path', '/')}{name}", regional=False)


def _role(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    return name, {
        "arn": _iam(making, "role", name),
        "uniqueId": f"AROA{making.letters(17)}",
        "createDate": CREATED,
    }


def _policy(making: Making) -> tuple[str, Properties]:
    arn = _iam(making, "policy", making.text("name"))
    return arn, {"arn": arn, "policyId": f"ANPA{making.letters(17)}", "attachmentCount": 0}


def _instance_profile(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    return name, {
        "arn": _iam(making, "instance-profile", name),
        "uniqueId": f"AIPA{making.letters(17)}",
        "createDate": CREATED,
    }


def _oidc_provider(making: Making) -> tuple[str, Properties]:
    host = making.text("url").removeprefix("https://")
    arn = making.arn("iam", f"oidc-provider/{host}", regional=False)
    outputs: Properties = {"arn": arn}
    if "thumbprintLists" not in making.inputs:
        outputs["thumbprintLists"] = []
    return arn, outputs


_LINKED: Final[Mapping[str, str]] = {
    "autoscaling.amazonaws.com": "AutoScaling",
    "eks.amazonaws.com": "AmazonEKS",
    "eks-nodegroup.amazonaws.com": "AmazonEKSNodegroup",
    "elasticache.amazonaws.com": "ElastiCache",
    "elasticloadbalancing.amazonaws.com": "ElasticLoadBalancing",
    "mrk.kms.amazonaws.com": "KeyManagementServiceMultiRegionKeys",
    "pullthroughcache.ecr.amazonaws.com": "ECRPullThroughCache",
    "rds.amazonaws.com": "RDS",
    "replication.dynamodb.amazonaws.com": "DynamoDBReplication",
    "replication.ecr.amazonaws.com": "ECRReplication",
    "spot.amazonaws.com": "EC2Spot",
}
"""What services call their roles, where it isn't their own name (the services' user guides, service-linked roles)."""


def _service_linked_role(making: Making) -> tuple[str, Properties]:
    service = making.text("awsServiceName")
    suffix = making.text("customSuffix")
    made_up = "".join(part.capitalize() for part in service.split(".")[0].split("-"))
    short = _LINKED.get(service, made_up)
    name = f"AWSServiceRoleFor{short}{'_' + suffix if suffix else ''}"
    path = f"/aws-service-role/{service}/"
    arn = making.arn("iam", f"role{path}{name}", regional=False)
    return arn, {"arn": arn, "name": name, "path": path, "uniqueId": f"AROA{making.letters(17)}", "createDate": CREATED}


def _user(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    return name, {"arn": _iam(making, "user", name), "uniqueId": f"AIDA{making.letters(17)}"}


# --- Auto Scaling, Lambda ---------------------------------------------------------------------------------------


def _group(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    token = uuid_of(making.urn)
    return name, {"arn": making.arn("autoscaling", f"autoScalingGroup:{token}:autoScalingGroupName/{name}")}


def _schedule(making: Making) -> tuple[str, Properties]:
    name, group = making.text("scheduledActionName"), making.text("autoscalingGroupName")
    resource = f"scheduledUpdateGroupAction:{uuid_of(making.urn)}:autoScalingGroupName/{group}"
    return name, {"arn": making.arn("autoscaling", f"{resource}:scheduledActionName/{name}")}


def _scalable_target(making: Making) -> tuple[str, Properties]:
    return making.text("resourceId"), {
        "arn": making.arn("application-autoscaling", f"scalable-target/{making.hex(32)}"),
    }


def _scaling_policy(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    resource = f"scalingPolicy:{uuid_of(making.urn)}:resource/{making.text('serviceNamespace')}"
    return name, {
        "arn": making.arn("autoscaling", f"{resource}/{making.text('resourceId')}:policyName/{name}"),
        "alarmArns": [],
    }


def _function(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    arn = making.arn("lambda", f"function:{name}")
    call = f"arn:aws:apigateway:{making.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return name, {
        "arn": arn,
        "invokeArn": call,
        "qualifiedArn": f"{arn}:$LATEST",
        "qualifiedInvokeArn": call.replace("/invocations", ":$LATEST/invocations"),
        "version": "$LATEST",
        "lastModified": CREATED,
    }


MAKERS: Final[Mapping[str, Maker]] = {
    "aws:eks/cluster:Cluster": _cluster,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:eks/addon:Addon": _addon,
    "aws:eks/accessEntry:AccessEntry": _access_entry,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _policy_association,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _pod_identity,
    "aws:eks/fargateProfile:FargateProfile": _fargate_profile,
    "aws:iam/role:Role": _role,
    "aws:iam/policy:Policy": _policy,
    "aws:iam/user:User": _user,
    "aws:iam/rolePolicy:RolePolicy": lambda m: (f"{m.text('role')}:{m.text('name')}", {}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": lambda m: (
        f"{m.text('role')}/{m.text('policyArn')}",
        {},
    ),
    "aws:iam/instanceProfile:InstanceProfile": _instance_profile,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _oidc_provider,
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": _service_linked_role,
    "aws:autoscaling/group:Group": _group,
    "aws:autoscaling/schedule:Schedule": _schedule,
    "aws:appautoscaling/target:Target": _scalable_target,
    "aws:appautoscaling/policy:Policy": _scaling_policy,
    "aws:lambda/function:Function": _function,
    "aws:lambda/permission:Permission": lambda m: (m.text("statementId"), {}),
}
