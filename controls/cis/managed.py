"""Chapters 2 and 5: what AWS runs for the cluster: its logs, images, identities, keys and network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.cis.lines import line
from controls.cis.objects import ACCESS_ENTRY, WORKLOADS, pods
from controls.cis.workloads import ADDON, network_policies_on
from controls.documents import inline, managed, statements
from controls.fsbp.balancers import CONFIGURATIONS, GATEWAY, LISTENER, plain_listeners
from controls.fsbp.compute import CLUSTER, NODE_CLASS, encrypted_secrets, open_to_all
from controls.graph import Graph, Resource, aws, k8s, texts, truth
from controls.judges import each, finding, has, refers, there
from controls.model import Control, Finding

REPOSITORY: Final = aws("ecr.Repository")
REGISTRY_POLICY: Final = aws("ecr.RepositoryPolicy")
GROUP: Final = aws("cloudwatch.LogGroup")
NODES: Final = aws("eks.NodeGroup")
ASSOCIATION: Final = aws("eks.PodIdentityAssociation")
ATTACHMENT: Final = aws("iam.RolePolicyAttachment")
SERVICE: Final = k8s("core/v1.Service")
_CERTIFICATE: Final = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert"
_WRITES_IMAGES: Final = ("ecr:PutImage", "ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy", "ecr:DeleteRepository")
_READS_ONLY: Final = frozenset({"AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly"})


def _kept(graph: Graph) -> Iterator[Finding]:
    """The log group that EKS writes to is the stack's: it ends some day, and has a key of ours."""
    for cluster in graph.of(CLUSTER):
        name = f"/aws/eks/{cluster.id}/cluster"
        groups = [it for it in graph.of(GROUP) if it.get("name") == name]
        if not groups:
            yield Finding(cluster.urn, "", good=False, found=f"no LogGroup {name}")
        for group in groups:
            good = there(group.get("retentionInDays")) and there(group.get("kmsKeyId"))
            yield finding(group, "retentionInDays", good, group.get("retentionInDays"))


def _scanned(graph: Graph) -> Iterator[Finding]:
    for repository in graph.of(REPOSITORY):
        found = repository.get("imageScanningConfiguration.scanOnPush")
        yield finding(repository, "imageScanningConfiguration.scanOnPush", truth(found) is True, found)


def _registry_users(graph: Graph) -> Iterator[Finding]:
    """No repository is open to others than the account, and no policy writes to every repository."""
    for policy in graph.of(REGISTRY_POLICY):
        wrong = [
            principal
            for statement in statements(policy.get("policy"))
            if statement.allow
            for principal in statement.principals
            if not any(account in principal for account in graph.accounts)
        ]
        yield finding(policy, "policy", not wrong, [*wrong])
    seen: dict[str, tuple[Resource, str, list[str]]] = {}
    for resource, path, statement in (*managed(graph), *inline(graph)):
        _, _, bad = seen.setdefault(resource.urn, (resource, path, []))
        if "*" in statement.resources and any(statement.may(action) for action in _WRITES_IMAGES):
            bad.append(statement.sid)
    for resource, path, bad in seen.values():
        yield finding(resource, path, not bad, [*bad])


def _node_roles(graph: Graph) -> Iterator[Resource]:
    """Roles that EC2 takes on: the nodes'."""
    for role in graph.of(aws("iam.Role")):
        if any("ec2.amazonaws.com" in it.services for it in statements(role.get("assumeRolePolicy"))):
            yield role


def _nodes_pull(graph: Graph) -> Iterator[Finding]:
    """Nodes pull images and do nothing else in the registry."""
    for role in _node_roles(graph):
        found = [it for it in graph.of(ATTACHMENT) if refers(it.get("role"), role)]
        policies = [it.text("policyArn").rpartition("/")[2] for it in found]
        registry = {it for it in policies if "ContainerRegistry" in it}
        wide = registry - _READS_ONLY or {it for it in policies if it in ("AdministratorAccess", "PowerUserAccess")}
        yield finding(role, "name", bool(registry) and not wide, [*policies])


def _approved(graph: Graph) -> Iterator[Finding]:
    """Images come from the account's own registry, its pull-through caches among them."""
    hosts = tuple(f"{account}.dkr.ecr." for account in graph.accounts)
    for pod in pods(graph):
        wrong = [str(it.get("image")) for it in pod.containers if not str(it.get("image")).startswith(hosts)]
        yield finding(pod.at, f"{pod.path}.containers", bool(hosts) and not wrong, [*wrong])


def _dedicated(graph: Graph) -> Iterator[Finding]:
    """A service account with rights in AWS belongs to one workload, and to no default account."""
    users: dict[tuple[str, str], set[str]] = {}
    for pod in pods(graph):
        users.setdefault((pod.namespace, pod.account), set()).add(pod.at.text("metadata.name"))
    for association in graph.of(ASSOCIATION):
        key = (association.text("namespace"), association.text("serviceAccount"))
        shared = len(users.get(key, ())) > 1
        yield finding(association, "serviceAccount", key[1] not in ("", "default") and not shared, "/".join(key))


def _narrow(graph: Graph) -> Iterator[Finding]:
    for cluster in graph.of(CLUSTER):
        public = truth(cluster.get("vpcConfig.endpointPublicAccess")) is not False
        networks = texts(cluster.get("vpcConfig.publicAccessCidrs"))
        good = not public or (bool(networks) and not any(open_to_all(it) for it in networks))
        yield finding(cluster, "vpcConfig.publicAccessCidrs", good, [*networks] if public else "endpoint not public")


def _private(graph: Graph) -> Iterator[Finding]:
    for cluster in graph.of(CLUSTER):
        inside = truth(cluster.get("vpcConfig.endpointPrivateAccess")) is True
        outside = truth(cluster.get("vpcConfig.endpointPublicAccess")) is not False
        found = {"private": inside, "public": outside}
        yield finding(cluster, "vpcConfig.endpointPublicAccess", inside and not outside, {**found})


def _public_subnets(graph: Graph) -> set[str]:
    """Subnets whose route table leads to an internet gateway, or that give out public addresses."""
    gateways = {it.id for it in graph.of(aws("ec2.InternetGateway"))}
    tables = {
        it.get("routeTableId") for it in graph.of(aws("ec2.Route")) if gateways and it.get("gatewayId") in gateways
    }
    routed = {
        it.text("subnetId") for it in graph.of(aws("ec2.RouteTableAssociation")) if it.get("routeTableId") in tables
    }
    return routed | {it.id for it in graph.of(aws("ec2.Subnet")) if truth(it.get("mapPublicIpOnLaunch")) is True}


def _private_nodes(graph: Graph) -> Iterator[Finding]:
    public = _public_subnets(graph)
    for group in graph.of(NODES):
        wrong = [it for it in texts(group.get("subnetIds")) if it in public]
        yield finding(group, "subnetIds", there(group.get("subnetIds")) and not wrong, [*wrong])
    for node_class in graph.of(NODE_CLASS):
        value = node_class.get("spec.associatePublicIPAddress")
        yield finding(node_class, "spec.associatePublicIPAddress", truth(value) is False, value)


def _tls(graph: Graph) -> Iterator[Finding]:
    """Every load balancer's listener has a certificate or does nothing but redirect."""
    yield from plain_listeners(graph)
    for configuration in graph.of(*CONFIGURATIONS):
        found = configuration.rows("spec.listenerConfigurations")
        secured = [row for row in found if str(row.get("protocolPort")).startswith("HTTPS")]
        good = bool(secured) and all(there(row.get("sslPolicy")) for row in secured)
        yield finding(configuration, "spec.listenerConfigurations", good, [row.get("sslPolicy") for row in secured])
    for service in graph.of(SERVICE):
        if service.get("spec.type") == "LoadBalancer":
            labels = service.get("metadata.annotations")
            certificate = labels.get(_CERTIFICATE) if isinstance(labels, dict) else None
            yield finding(service, "metadata.annotations", there(certificate), certificate)


def _by_iam(graph: Graph) -> Iterator[Finding]:
    """People come in as IAM principals; no other identity provider is set up beside it."""
    for cluster in graph.of(CLUSTER):
        mode = cluster.text("accessConfig.authenticationMode")
        entries = [it for it in graph.of(ACCESS_ENTRY) if it.get("clusterName") == cluster.id]
        others = [it for it in graph.of(aws("eks.IdentityProviderConfig")) if it.get("clusterName") == cluster.id]
        good = mode.startswith("API") and bool(entries) and not others
        yield finding(cluster, "accessConfig.authenticationMode", good, f"{mode}, {len(entries)} entries")


CONTROLS: Final[tuple[Control, ...]] = (
    line("2.1.1", "The control plane writes its audit log", CLUSTER, each(
        CLUSTER, "enabledClusterLogTypes", has("api", "audit", "authenticator", "controllerManager", "scheduler"))),
    line("2.1.2", "The audit log is collected and kept", (CLUSTER, GROUP), _kept),
    line("5.1.1", "Images are scanned", REPOSITORY, _scanned),
    line("5.1.2", "Few may write to the registry", (REGISTRY_POLICY, aws("iam.Policy"), aws("iam.RolePolicy")),
        _registry_users),
    line("5.1.3", "The cluster only reads from the registry", (aws("iam.Role"), ATTACHMENT), _nodes_pull),
    line("5.1.4", "Images come from approved registries", WORKLOADS, _approved),
    line("5.2.1", "AWS rights go to service accounts of one workload each", ASSOCIATION, _dedicated),
    line("5.3.1", "Secrets are encrypted with a key of our own", CLUSTER, encrypted_secrets),
    line("5.4.1", "The API endpoint answers few networks", CLUSTER, _narrow),
    line("5.4.2", "The API endpoint is private only", CLUSTER, _private),
    line("5.4.3", "Nodes have no public address", (NODES, NODE_CLASS), _private_nodes),
    line("5.4.4", "Network policy is on", (CLUSTER, ADDON), network_policies_on),
    line("5.4.5", "Load balancers speak TLS", (LISTENER, GATEWAY, *CONFIGURATIONS, SERVICE), _tls),
    line("5.5.1", "People sign in by IAM", CLUSTER, _by_iam),
)  # fmt: skip
"""The lines about what AWS runs for the cluster."""

__all__ = ["CONTROLS"]
