"""A namespace of ours in a cluster, and workloads in it: what turns pure declarations into resources.

``WorkloadNamespace`` closes a namespace, holds it to its quota and lets it read its own secrets, no others.
``DeployedWorkload`` makes a workload's identity, its network policy and its objects. The order between objects is read
from the manifests themselves (``ClusterObjects``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.kubernetes.capacity import most
from components.kubernetes.cluster_objects import ClusterObjects
from components.kubernetes.external_secret import secret_store
from components.kubernetes.manifest import kind_of, name_of
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.namespace import NamespaceDeclaration, Quota, namespace_manifests, quota_for
from components.kubernetes.pods import secret_name
from components.kubernetes.references import pod_spec
from components.kubernetes.register import Merge
from components.kubernetes.topology import Topology
from components.kubernetes.workload import Workload
from components.naming import Names
from components.pod_identity import ClusterRef, Document, Grant, KeyOf, PodIdentity, Statement, document

ESO_ACCOUNT: Final = ("external-secrets", "external-secrets")
"""Namespace and ServiceAccount of the External Secrets operator: the one who reads for every namespace."""
ROLLOUT_TIMEOUT: Final = "15m"
"""Patience for a rollout: the autoscaler may first have to start a node (10 minutes are the provider's own)."""


def key_grant(name: str, purpose: str, service: str, names: Names, actions: Sequence[str] = ("kms:Decrypt",)) -> Grant:
    """Leave to use the stack's key for ``purpose``, that one key, through one service only.

    DynamoDB, S3 and Secrets Manager open data under a customer managed key with the caller's rights.
    """
    return Grant(
        name,
        actions,
        [KeyOf(purpose)],
        conditions={"StringEquals": {"kms:ViaService": f"{service}.{names.region}.amazonaws.com"}},
    )


def secrets_role_parts(cluster_key: str, namespace: str) -> tuple[str, ...]:
    """What ``names.role`` makes the name of a namespace's secrets role of. The operator may assume these roles only."""
    return cluster_key, namespace, "secrets"


def secrets_grants(namespace: str, names: Names) -> list[Grant]:
    """What reading the secrets of one namespace takes."""
    read = ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")
    return [
        Grant("SecretsOfNamespace", read, [names.secret_arn_pattern(namespace)]),
        key_grant("SecretsKey", "secrets", "secretsmanager", names),
    ]


def secrets_trust(cluster: ClusterRef, account_id: str) -> Document:
    """Who may take a namespace's secrets role: the External Secrets operator of this one cluster.

    Pod Identity tags the operator's session, and the tags go with it into the next role (EKS user guide, "Grant Pods
    access to AWS resources based on tags"). So the operator's own role needn't be known here, and needn't exist yet.
    """
    namespace, account = ESO_ACCOUNT
    statement = Statement(
        Sid="ExternalSecretsOperator",
        Effect="Allow",
        Principal={"AWS": f"arn:aws:iam::{account_id}:root"},
        Action=["sts:AssumeRole", "sts:TagSession"],
        Condition={
            "StringEquals": {
                "aws:PrincipalTag/eks-cluster-arn": cluster.arn,
                "aws:PrincipalTag/kubernetes-namespace": namespace,
                "aws:PrincipalTag/kubernetes-service-account": account,
            }
        },
    )
    return Document(Version="2012-10-17", Statement=[statement])


def open_secrets(  # noqa: PLR0917 - what a component stands on, in the order of every component
    namespace: str,
    context: Context,
    objects: ClusterObjects,
    cluster: ClusterRef,
    parent: pulumi.Resource,
    also: Sequence[Grant] = (),
) -> None:
    """A store of the namespace's own secrets, and the role that the External Secrets operator reads them with.

    ``also``: leave to read what a service of AWS keeps for the namespace under a name of its own.
    """
    names = context.names
    name = f"{objects.cluster_key}-{namespace}-secrets"
    child = pulumi.ResourceOptions(parent=parent)
    parts = secrets_role_parts(objects.cluster_key, namespace)
    role = aws.iam.Role(
        name,
        name=names.role(*parts),  # fixed: the store names it before it exists
        assume_role_policy=json.dumps(secrets_trust(cluster, names.account_id)),
        description=f"Reads the secrets of {namespace} for {cluster.name}",
        opts=child,
    )
    made = pulumi.Output.json_dumps(document([*secrets_grants(namespace, names), *also], cluster.keys))
    policy = aws.iam.RolePolicy(name, role=role.name, policy=made, opts=child)
    objects.add(
        secret_store(namespace, region=names.region, role_arn=names.role_arn(*parts)),
        parent=parent,
        depends_on=[policy],
    )


class WorkloadNamespace(pulumi.ComponentResource):
    """A namespace at Pod Security ``restricted``: closed, with the quota of its workloads, and a store of its secrets.

    The quota holds ``workloads`` at their most replicas and the greatest surge, whether or not they run yet; ``quota``
    is one that somebody has found to hold them.
    """

    namespace: str

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        declaration: NamespaceDeclaration,
        workloads: Iterable[Workload],
        context: Context,
        objects: ClusterObjects,
        cluster: ClusterRef,
        opts: pulumi.ResourceOptions | None = None,
        *,
        quota: Quota | None = None,
        also_reads: Sequence[Grant] = (),
    ) -> None:
        name = f"{objects.cluster_key}-{declaration.name}"
        super().__init__("platform:index:WorkloadNamespace", name, None, opts)
        self.namespace = declaration.name
        workloads = list(workloads)
        claims = sum(len(workload.storage) * workload.max_replicas for workload in workloads)
        held = quota or quota_for(most(workloads), volume_claims=claims)
        objects.add_all(
            namespace_manifests(declaration.model_copy(update={"quota": held})),
            parent=self,
            # with a namespace its volumes go: while their driver still runs
            depends_on=_drivers(workloads, objects),
        )

        open_secrets(declaration.name, context, objects, cluster, self, also_reads)
        self.register_outputs({"namespace": self.namespace})


def _drivers(workloads: Sequence[Workload], objects: ClusterObjects) -> list[pulumi.Resource]:
    classes = dict.fromkeys(storage.storage_class for workload in workloads for storage in workload.storage)
    found = (objects.find("StorageClass", None, name) for name in classes)
    return [made for made in found if made is not None]


class DeployedWorkload(pulumi.ComponentResource):
    """One workload in its cluster: identity, network policy, objects.

    ``after`` is what its pods wait for besides; ``merges`` lays values that only AWS knows over an ExternalSecret, by
    the name of the workload's secret.

    The objects of a workload whose ``delivery`` is ``argocd`` are Argo CD's, from the rendered branch; they are checked
    here and left to it. Identity and network policy are the update's always: the one is AWS's, and the other derives
    from every workload's paths together, so that nothing put into the branch can open one.
    """

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        workload: Workload,
        grants: Sequence[Grant],
        topology: Topology,
        objects: ClusterObjects,
        cluster: ClusterRef,
        opts: pulumi.ResourceOptions | None = None,
        *,
        after: Sequence[pulumi.Resource] = (),
        merges: Mapping[str, Merge] | None = None,
    ) -> None:
        if workload.identity != bool(grants):
            raise ValueError(
                f"{'/'.join(workload.key)}: an identity and grants go together, here is one without the other"
            )
        name = f"{objects.cluster_key}-{workload.namespace}-{workload.name}"
        super().__init__("platform:index:Workload", name, None, opts)
        before: list[pulumi.Resource] = []
        if grants:
            identity = PodIdentity(
                name,
                cluster=cluster,
                namespace=workload.namespace,
                service_account=workload.account,
                grants=grants,
                opts=pulumi.ResourceOptions(parent=self),
            )
            before = identity.ready
        policy = objects.add(topology.policy(workload), parent=self)
        if workload.delivery == "argocd":
            if merges:
                raise ValueError(
                    f"{'/'.join(workload.key)}: Argo CD can't bring what only AWS knows ({', '.join(merges)})"
                )
            objects.deliver(workload_manifests(workload), depends_on=[policy, *before, *after])
            self.register_outputs({})
            return
        laid_over = {secret_name(workload, name): merge for name, merge in (merges or {}).items()}
        for manifest in workload_manifests(workload):
            pods = pod_spec(manifest) is not None
            objects.add(
                manifest,
                parent=self,
                # credentials reach only pods that start after the association
                depends_on=[*before, *after] if pods else (),
                timeout=ROLLOUT_TIMEOUT if pods else None,
                # asleep, a workload has no endpoint that the provider could wait for
                await_ready=workload.min_replicas > 0 or kind_of(manifest) != "Service",
                merge=laid_over.get(name_of(manifest)) if kind_of(manifest) == "ExternalSecret" else None,
            )
        self.register_outputs({})
