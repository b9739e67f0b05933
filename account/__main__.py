"""What an account and region has once: one line a part, in order of dependence, then what its environments need."""

from __future__ import annotations

import sys
from pathlib import Path

import pulumi

# the components stand beside this project; `pulumi up` puts only its own directory on the path
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from account.configuration import StackSettings
from account.cost import CostAnomalies
from account.deploy.images import ImageRole
from account.deploy.role import DeployRoles
from account.providers import OidcProviders
from account.registry import Registry
from account.runner import RunnerNetwork
from account.service_linked_roles import ServiceLinkedRoles
from account.state import State
from components.context import Context
from components.security_baseline import AccountKeys, AccountPurpose, SecurityBaseline

settings = StackSettings.load()
home = settings.stack.home
context = Context.create(settings.stack.as_stack())
cloud = pulumi.ResourceOptions(providers=[context.provider])

kept_here = settings.state is not None
purposes = tuple(purpose for purpose in AccountPurpose if kept_here or purpose is not AccountPurpose.STATE)
keys = AccountKeys("keys", context, purposes, opts=cloud)
linked = ServiceLinkedRoles(settings.service_linked_roles, context, opts=cloud).made if home else {}
baseline = SecurityBaseline(
    "baseline", settings.baseline, context, keys, home=home, after=list(linked.values()), opts=cloud
)
registry_alias = keys.alias(AccountPurpose.REGISTRY)
Registry(settings.registry, context, keys.of(AccountPurpose.REGISTRY).arn, registry_alias, home=home, opts=cloud)

providers = OidcProviders(settings.deploy, opts=cloud).made if home else []
state_region = settings.stack.region if kept_here else settings.stack.home_region
roles = DeployRoles(settings.deploy, context, home=home, state_region=state_region, providers=providers, opts=cloud)
if settings.images is not None:
    pulumi.export("pushRoleArn", ImageRole(settings.images, context, providers=providers, opts=cloud).arn)
if settings.runner is not None:
    network = RunnerNetwork(settings.runner, context, keys.of(AccountPurpose.AUDIT).arn, opts=cloud)
    pulumi.export(
        "runner",
        {
            "vpcId": network.vpc_id,
            "cidr": str(settings.runner.cidr),
            "routeTableId": network.route_table_id,
            "subnetIds": network.subnet_ids,
            "securityGroupId": network.security_group_id,
        },
    )
if settings.state is not None:
    state = State(settings.state, context, keys, baseline.access_logs, opts=cloud)
    pulumi.export("state", {"backendUrl": state.backend_url, "secretsProvider": state.secrets_provider})
if settings.cost is not None:
    anomalies = CostAnomalies(settings.cost, context, keys.of(AccountPurpose.FINDINGS).arn, opts=cloud)
    pulumi.export("anomalyMonitorArn", anomalies.monitor_arn)

pulumi.export("deployRoleArn", roles.deploy.arn)
pulumi.export("previewRoleArn", roles.preview.arn)
pulumi.export("findingsTopicArn", baseline.findings.topic_arn)
