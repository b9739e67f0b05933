"""The entry of one cluster: its manifests with the cloud's half laid over, in the order that lets them go again."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServices
from components.context import Context
from components.data_layer import DataLayer
from components.edge import Edge
from components.eks_cluster import EksCluster
from components.ingress.entry import (
    gateway_class,
    gateway_manifest,
    load_balancer_configuration,
    own_routes,
    public_gateway,
    secure_listener,
    target_groups,
)
from components.networking import Networking

ACCESS_LOGS: Final = "access-logs"
PATIENCE: Final = "20m"
"""For the Gateway to go: the controller must take the load balancer down before (1 minute, and its interfaces more)."""
_HTTPS: Final = 443
_UNPRIVILEGED: Final = (1024, 65535)
"""Ports that our pods listen on: none runs as root."""


class Ingress(pulumi.ComponentResource):
    """The Gateway that a cluster's routes hang on, and what its load balancer needs of the cloud.

    Nothing is made where the plan has no Gateway: while the zone isn't delegated there is no certificate.

    Everything here goes before the load balancer controller, external-dns and the nodes do: objects of the Gateway's
    API groups depend on all three. It also goes before the security groups, the web ACL and the subnets, whose ids
    stand in the load balancer's configuration.
    """

    gateway: str | None
    """``<namespace>/<name>`` of the Gateway, ``None`` where there is none."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        plan: ClusterPlan,
        context: Context,
        networking: Networking,
        data: DataLayer,
        edge: Edge,
        cluster: EksCluster,
        services: ClusterServices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Ingress", name, None, opts)
        certificate = edge.regional_certificate_arn
        self.gateway = None
        if plan.gateway is not None and certificate is not None:
            self.gateway = "/".join(plan.gateway)
            self._way_to_pods(edge, cluster)
            if plan.signs_in:
                self._way_to_identity_provider(edge, cluster)
            self._entry(plan, context, networking, data, edge, services, certificate)
        self.register_outputs({"gateway": self.gateway})

    def _way_to_pods(self, edge: Edge, cluster: EksCluster) -> None:
        """The nodes let in what the load balancer sends. A rule of ours: the controller's would outlive it at times."""
        low, high = _UNPRIVILEGED
        aws.vpc.SecurityGroupIngressRule(
            f"load-balancer-{cluster.key}",
            security_group_id=cluster.cluster_security_group_id,
            referenced_security_group_id=edge.alb_security_group_ids[0],
            description="requests and health checks of the load balancer",
            ip_protocol="tcp",
            from_port=low,
            to_port=high,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _way_to_identity_provider(self, edge: Edge, cluster: EksCluster) -> None:
        """The load balancer itself fetches tokens of who signs in: from any address, for a provider tells none."""
        aws.vpc.SecurityGroupEgressRule(
            f"load-balancer-{cluster.key}-identity",
            security_group_id=edge.alb_security_group_ids[0],
            description="the identity provider of who signs in to applications",
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            cidr_ipv4="0.0.0.0/0",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _entry(  # noqa: PLR0917 - what the load balancer stands on
        self,
        plan: ClusterPlan,
        context: Context,
        networking: Networking,
        data: DataLayer,
        edge: Edge,
        services: ClusterServices,
        certificate: pulumi.Output[str],
    ) -> None:
        objects, platform = services.objects, context.identity.platform
        listener = secure_listener().model_dump(exclude_none=True)
        objects.add_all([gateway_class(), target_groups(platform)], parent=self)
        objects.add(
            load_balancer_configuration(
                platform,
                log_bucket=context.names.bucket(ACCESS_LOGS),
                production=context.production,
                tags=context.all_tags(Name=f"{context.names.prefix}-{plan.key}-public"),
            ),
            parent=self,
            # the bucket must let the load balancer in: that is tried when logging is turned on
            # a standby's is its primary's, and stands
            depends_on=[bucket.ready for thing, bucket in data.buckets.items() if thing == ACCESS_LOGS],
            merge={
                "spec": {
                    "listenerConfigurations": [{**listener, "defaultCertificate": certificate}],
                    "loadBalancerSubnets": [{"identifier": id_} for id_ in networking.public_subnet_ids],
                    "securityGroups": edge.alb_security_group_ids,
                    "wafV2": {"webACL": edge.regional_web_acl_arn},
                }
            },
        )
        objects.add(gateway_manifest(platform, plan.routed), parent=self, timeout=PATIENCE)
        objects.add_all(
            own_routes(platform, origin=edge.hosts.regional_origin(), health_path=edge.health_path), parent=self
        )


__all__ = ["Ingress", "public_gateway"]
