"""The component DatabaseAccess: namespace ``database`` with the pooler and the bootstrap job."""

from __future__ import annotations

from typing import Final

import pulumi

from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServices
from components.context import Context
from components.data_layer import DataLayer
from components.data_layer.services import NAMESPACE
from components.database_access.bootstrap import ADMIN, ADMIN_KEYS, NAME
from components.database_access.mysql import NAME as MYSQL
from components.database_access.workloads import own_master
from components.eks_cluster import EksCluster
from components.kubernetes.manifest import Json
from components.kubernetes.register import Merge
from components.kubernetes.workload import Workload
from components.naming import Names
from components.pod_identity import Grant
from components.tenancy import DeployedWorkload, WorkloadNamespace

_OWNER_TAG: Final = {True: "aws:rds:primaryDBClusterArn", False: "aws:rds:primaryDBInstanceArn"}
"""The tag that RDS puts on a secret it manages, by whether the database is a cluster (RDS user guide, "Password
management with Amazon RDS and AWS Secrets Manager")."""


def master_grant(database_arn: str, names: Names, *, clustered: bool, title: str = "MasterOfDatabase") -> Grant:
    """Leave to read the master user's secret of one database: RDS names it, but says in a tag whose it is."""
    kind = "cluster" if clustered else "db"
    return Grant(
        title,
        ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
        [names.arn("secretsmanager", f"secret:rds!{kind}-*")],
        conditions={"StringEquals": {f"secretsmanager:ResourceTag/{_OWNER_TAG[clustered]}": database_arn}},
    )


class DatabaseAccess(pulumi.ComponentResource):
    """The namespace ``database``: PgBouncer, and the job that makes databases and roles before services need them.

    In the phase ``bootstrap`` no workload is made, as nowhere.
    """

    ready: list[pulumi.Resource]
    """What a service's first use of the database waits for."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        plan: ClusterPlan,
        context: Context,
        cluster: EksCluster,
        services: ClusterServices,
        data: DataLayer,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:DatabaseAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        objects, workloads = services.objects, plan.workloads_in(NAMESPACE)
        clustered = data.clustered
        arn = context.names.arn("rds", f"{'cluster' if clustered else 'db'}:{data.database.identifier}")
        managed = not own_master(data.settings)
        reads = [master_grant(arn, context.names, clustered=clustered)] if managed else []
        if data.mysql is not None:
            mysql = context.names.arn("rds", f"db:{data.mysql.identifier}")
            reads.append(master_grant(mysql, context.names, clustered=False, title="MasterOfMysql"))
        WorkloadNamespace(
            plan.namespaces[NAMESPACE], workloads, context, objects, cluster.ref, opts=child, also_reads=reads
        )
        self.ready = []
        if context.identity.phase == "running":
            self.ready = [
                DeployedWorkload(
                    workload,
                    [],
                    plan.topology,
                    objects,
                    cluster.ref,
                    opts=child,
                    after=_stores(workload, data),
                    merges=_merges(workload, data),
                )
                for workload in workloads
            ]
        self.register_outputs({"namespace": NAMESPACE})


def _stores(workload: Workload, data: DataLayer) -> list[pulumi.Resource]:
    """What must stand before the workload is of use: the database that it goes to, and its logins."""
    if workload.name == MYSQL and data.mysql is not None and data.mysql_logins is not None:
        return [data.mysql, *data.mysql_logins.ready, *data.database_logins.ready]
    return [data.database, *data.database_logins.ready]


def _merges(workload: Workload, data: DataLayer) -> dict[str, Merge] | None:
    """The master user's secret of the database that a job goes to, where RDS keeps it."""
    if workload.name == MYSQL and data.mysql is not None:
        return {ADMIN: _master(data.mysql.secret_arn)}
    if workload.name == NAME and not own_master(data.settings):
        return {ADMIN: _master(data.database_secret_arn)}
    return None


def _master(secret_arn: pulumi.Output[str] | None) -> Merge:
    """The name that RDS gave its secret."""

    def read(arn: str) -> Json:
        return [{"secretKey": key, "remoteRef": {"key": arn, "property": key}} for key in ADMIN_KEYS]

    if secret_arn is None:
        raise ValueError("the bootstrap job signs in to a database, and there is none yet")
    return {"spec": {"data": secret_arn.apply(read)}}
