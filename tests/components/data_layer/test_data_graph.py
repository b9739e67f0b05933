"""What the graph of a stack's stores shows: encrypted, private, finite, protected where loss hurts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.model import Resource, Value
from tests.components.data_layer.deployment import IDENTITIES, Graph, document, revealed, settings_of

GraphOf = Callable[[str], Graph]

BUCKET = "aws:s3/bucket:Bucket"
CLUSTER = "aws:rds/cluster:Cluster"
MEMBER = "aws:rds/clusterInstance:ClusterInstance"
INSTANCE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
TABLE = "aws:dynamodb/table:Table"
REPOSITORY = "aws:ecr/repository:Repository"
SECRET = "aws:secretsmanager/secret:Secret"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "aws:kms/key:Key"
STORES = (BUCKET, CLUSTER, INSTANCE, CACHE, TABLE, REPOSITORY, SECRET)
IDENTITY_OF = IDENTITIES


def key_arn(graph: Graph, purpose: str) -> Value:
    return graph.one(KEY, purpose).outputs["arn"]


def databases(graph: Graph) -> list[Resource]:
    return [*graph.of_type(CLUSTER), *graph.of_type(INSTANCE)]


def mapping(value: Value) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def items(value: Value) -> list[Any]:
    assert isinstance(value, list)
    return value


# --- encryption ---------------------------------------------------------------------------------------------------


def test_every_store_is_under_its_purposes_key(graph: Graph) -> None:
    data, secrets, logs = (key_arn(graph, purpose) for purpose in ("data", "secrets", "logs"))
    for database in databases(graph):
        assert database.inputs["storageEncrypted"] is True
        assert database.inputs["kmsKeyId"] == data
        assert database.inputs["performanceInsightsKmsKeyId"] == data
        assert database.inputs["masterUserSecretKmsKeyId"] == secrets
    for member in graph.of_type(MEMBER):
        assert member.inputs["performanceInsightsKmsKeyId"] == data
    for cache in graph.of_type(CACHE):
        assert cache.inputs["atRestEncryptionEnabled"] is True
        assert cache.inputs["kmsKeyId"] == data
    for table in graph.of_type(TABLE):
        assert table.inputs["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": data}
    for repository in graph.of_type(REPOSITORY):
        assert repository.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": data}]
    for secret in graph.of_type(SECRET):
        assert secret.inputs["kmsKeyId"] == secrets
    for group in graph.of_type(LOG_GROUP):
        assert group.inputs["kmsKeyId"] == logs
    for topic in graph.of_type("aws:sns/topic:Topic"):
        assert topic.inputs["kmsMasterKeyId"] == logs


BUCKET_KEYS = {
    "assets": "data",
    "uploads": "data",
    "pupil-uploads": "data",
    "audit": "logs",
    "loki": "logs",
    "tempo": "logs",
    "backups": "backups",
    "velero": "backups",
    "access-logs": None,
}


def test_every_bucket_is_under_its_key_and_only_access_logs_under_s3s_own(graph: Graph) -> None:
    encryptions = graph.of_type(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    assert {e.name for e in encryptions} == {b.name for b in graph.of_type(BUCKET)} == set(BUCKET_KEYS)
    for encryption in encryptions:
        [rule] = items(encryption.inputs["rules"])
        assert rule["blockedEncryptionTypes"] == ["SSE-C"]
        default, purpose = rule["applyServerSideEncryptionByDefault"], BUCKET_KEYS[encryption.name]
        if purpose is None:
            assert default == {"sseAlgorithm": "AES256"}
        else:
            assert default == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key_arn(graph, purpose)}
            assert rule["bucketKeyEnabled"] is True


def test_connections_are_by_tls_only(graph: Graph) -> None:
    groups = [
        *graph.of_type("aws:rds/clusterParameterGroup:ClusterParameterGroup"),
        *graph.of_type("aws:rds/parameterGroup:ParameterGroup"),
    ]
    assert len(groups) == 1
    parameters = {p["name"]: p for p in items(groups[0].inputs["parameters"])}
    assert parameters["rds.force_ssl"]["value"] == "1"
    assert parameters["ssl_min_protocol_version"]["value"] == "TLSv1.2"
    # static: RDS would report another method back as a change, on every update
    assert parameters["shared_preload_libraries"]["applyMethod"] == "pending-reboot"
    assert set(parameters["shared_preload_libraries"]["value"].split(",")) == {"pg_stat_statements", "pgaudit"}
    assert parameters["log_parameter_max_length"]["value"] == "0"
    for cache in graph.of_type(CACHE):
        assert cache.inputs["transitEncryptionEnabled"] is True
        assert cache.inputs["transitEncryptionMode"] == "required"
    for policy in graph.of_type("aws:s3/bucketPolicy:BucketPolicy"):
        [deny] = [s for s in document(policy.inputs["policy"])["Statement"] if s["Sid"] == "TlsOnly"]
        assert deny["Effect"] == "Deny"
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert [r.endswith("/*") for r in deny["Resource"]] == [False, True]


def test_the_parameter_group_is_of_the_engines_family(graph_of: GraphOf) -> None:
    aurora = graph_of("production").one("aws:rds/clusterParameterGroup:ClusterParameterGroup", "database")
    assert aurora.inputs["family"] == "aurora-postgresql17"
    instance = graph_of("instance").one("aws:rds/parameterGroup:ParameterGroup", "database")
    assert instance.inputs["family"] == "postgres15"
    assert graph_of("production").one("aws:elasticache/parameterGroup:ParameterGroup", "queue").inputs["family"] == (
        "valkey8"
    )
    assert graph_of("instance").one("aws:elasticache/parameterGroup:ParameterGroup", "queue").inputs["family"] == (
        "redis7"
    )


# --- network ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("store", "port"), [("database", 5432), ("cache", 6379)])
def test_only_nodes_and_pods_reach_a_store_on_its_port(graph: Graph, store: str, port: int) -> None:
    group = graph.one("aws:ec2/securityGroup:SecurityGroup", store)
    rules = [
        r
        for r in graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if r.inputs["securityGroupId"] == group.id
    ]
    private = {s.inputs["cidrBlock"] for s in graph.of_type("aws:ec2/subnet:Subnet") if s.name.startswith("private-")}
    assert {r.inputs["cidrIpv4"] for r in rules} == private
    assert {(r.inputs["fromPort"], r.inputs["toPort"], r.inputs["ipProtocol"]) for r in rules} == {(port, port, "tcp")}
    assert not group.inputs.get("egress")
    assert not group.inputs.get("ingress")
    assert not [
        r
        for r in graph.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        if r.inputs["securityGroupId"] == group.id
    ]


def test_stores_stand_in_the_database_tier_and_have_no_public_address(graph: Graph) -> None:
    tier = {s.id for s in graph.of_type("aws:ec2/subnet:Subnet") if s.name.startswith("database-")}
    assert len(tier) >= 2
    groups = [
        *graph.of_type("aws:rds/subnetGroup:SubnetGroup"),
        *graph.of_type("aws:elasticache/subnetGroup:SubnetGroup"),
    ]
    assert len(groups) == 2
    assert all(set(items(group.inputs["subnetIds"])) == tier for group in groups)
    for instance in (*graph.of_type(MEMBER), *graph.of_type(INSTANCE)):
        assert instance.inputs["publiclyAccessible"] is False


# --- order --------------------------------------------------------------------------------------------------------


def test_log_groups_stand_before_the_service_that_would_make_them(graph: Graph) -> None:
    for database in databases(graph):
        kind = "cluster" if database.type == CLUSTER else "instance"
        identifier = database.inputs["clusterIdentifier" if kind == "cluster" else "identifier"]
        before = graph.ancestors(database.urn)
        groups = {g.inputs["name"]: g for g in graph.of_type(LOG_GROUP)}
        for export in items(database.inputs["enabledCloudwatchLogsExports"]):
            assert groups[f"/aws/rds/{kind}/{identifier}/{export}"].urn in before
    for cache in graph.of_type(CACHE):
        [delivery] = items(cache.inputs["logDeliveryConfigurations"])
        assert delivery["logType"] == "engine-log"
        assert delivery["destination"] in {g.inputs["name"] for g in graph.of_type(LOG_GROUP)}


CHAIN = (
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketNotification:BucketNotification",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
)


def test_a_bucket_is_changed_by_one_resource_at_a_time(graph: Graph) -> None:
    """S3 answers 409 to two at once, so each link of the chain waits for the one before."""
    for bucket in graph.of_type(BUCKET):
        links = [r for type_ in CHAIN for r in graph.of_type(type_) if r.name == bucket.name]
        assert [link.type for link in links[:7]] == list(CHAIN[:7])
        for before, after in zip([bucket, *links], links, strict=False):
            assert before.urn in after.dependencies, f"{after.urn} does not wait for {before.urn}"


def test_stores_of_different_kinds_are_made_side_by_side(graph: Graph) -> None:
    kinds = {BUCKET, CLUSTER, INSTANCE, CACHE, TABLE, REPOSITORY}
    by_urn = {r.urn: r for r in graph.resources}
    for store in (r for r in graph.resources if r.type in kinds):
        assert {by_urn[urn].type for urn in graph.ancestors(store.urn)} & kinds == set()


# --- buckets ------------------------------------------------------------------------------------------------------

LIFECYCLES: dict[str, tuple[list[tuple[int, str]], int | None, int]] = {
    # tiers, expiry, noncurrent: the platform's table in production
    "assets": ([(0, "INTELLIGENT_TIERING")], None, 30),
    "uploads": ([(0, "INTELLIGENT_TIERING")], 1795, 30),
    "pupil-uploads": ([(0, "INTELLIGENT_TIERING")], 335, 30),
    "audit": ([(30, "STANDARD_IA"), (90, "GLACIER"), (365, "DEEP_ARCHIVE")], 2555, 30),
    "backups": ([(30, "STANDARD_IA"), (90, "GLACIER"), (365, "DEEP_ARCHIVE")], 730, 30),
    "loki": ([], 365, 30),
    "tempo": ([], 14, 7),
    "velero": ([], 35, 7),
    "access-logs": ([], 1825, 30),
}


@pytest.mark.parametrize("thing", sorted(LIFECYCLES))
def test_a_bucket_ages_as_its_row_says(graph_of: GraphOf, thing: str) -> None:
    tiers, expiry, noncurrent = LIFECYCLES[thing]
    lifecycle = graph_of("production").one(CHAIN[6], thing)
    aging, *markers = items(lifecycle.inputs["rules"])
    assert [(t["days"], t["storageClass"]) for t in aging.get("transitions", [])] == tiers
    assert aging.get("expiration", {}).get("days") == expiry
    assert aging["noncurrentVersionExpiration"] == {"noncurrentDays": noncurrent}
    assert aging["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert [m["expiration"] for m in markers] == ([] if expiry is None else [{"expiredObjectDeleteMarker": True}])


def test_no_move_comes_after_an_objects_end(graph_of: GraphOf) -> None:
    """A short-lived audit trail climbs down only as many steps as it lives."""
    [aging, _] = items(graph_of("dev").one(CHAIN[6], "audit").inputs["rules"])
    assert aging["expiration"] == {"days": 90}
    assert [t["days"] for t in aging["transitions"]] == [30]


def test_buckets_are_private_versioned_and_logged(graph: Graph) -> None:
    target = graph.one(BUCKET, "access-logs")
    for bucket in graph.of_type(BUCKET):
        block = graph.one(CHAIN[0], bucket.name).inputs
        assert all(
            block[side] is True
            for side in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        )
        assert graph.one(CHAIN[1], bucket.name).inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
        assert graph.one(CHAIN[2], bucket.name).inputs["versioningConfiguration"] == {"status": "Enabled"}
    logged = {r.name: r.inputs for r in graph.of_type(CHAIN[7])}
    assert set(logged) == set(BUCKET_KEYS) - {"access-logs"}
    assert {row["targetBucket"] for row in logged.values()} == {target.id}
    assert {name: row["targetPrefix"] for name, row in logged.items()} == {name: f"s3/{name}/" for name in logged}


def test_the_log_target_lets_s3_load_balancers_and_cloudfront_write_and_nobody_read(graph: Graph) -> None:
    policy = document(graph.one(CHAIN[4], "access-logs").inputs["policy"])
    allowed = {s["Principal"]["Service"]: s for s in policy["Statement"] if s["Effect"] == "Allow"}
    assert set(allowed) == {
        "logging.s3.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "delivery.logs.amazonaws.com",
    }
    assert {s["Action"] for s in allowed.values()} == {"s3:PutObject"}
    assert all("ArnLike" in s["Condition"] for s in allowed.values())


@pytest.mark.parametrize(
    ("stack", "mode", "days"), [("dev", None, 0), ("staging", "GOVERNANCE", 30), ("production", "COMPLIANCE", 365)]
)
def test_only_the_audit_trail_is_locked_as_its_stack_says(
    graph_of: GraphOf, stack: str, mode: str | None, days: int
) -> None:
    graph = graph_of(stack)
    lockable = [b.name for b in graph.of_type(BUCKET) if b.inputs.get("objectLockEnabled") is True]
    locks = graph.of_type(CHAIN[8])
    if mode is None:
        assert (lockable, locks) == ([], [])
    else:
        assert lockable == ["audit"]
        assert [lock.inputs["rule"] for lock in locks] == [{"defaultRetention": {"mode": mode, "days": days}}]


# --- database -----------------------------------------------------------------------------------------------------


def test_the_database_is_watched_backed_up_and_signed_in_to_by_iam(graph: Graph) -> None:
    [database] = databases(graph)
    inputs = database.inputs
    production = IDENTITY_OF[stack_of(graph)]["tier"] == "production"
    assert inputs["backupRetentionPeriod"] == (30 if production else 7)
    assert inputs["manageMasterUserPassword"] is True
    assert "masterPassword" not in inputs
    assert "password" not in inputs
    assert inputs["iamDatabaseAuthenticationEnabled"] is True
    assert inputs["copyTagsToSnapshot"] is True
    assert inputs["port"] == 5432
    assert inputs["autoMinorVersionUpgrade"] is True
    assert "engineVersion" in database.ignore_changes
    cluster = database.type == CLUSTER
    assert inputs["preferredBackupWindow" if cluster else "backupWindow"] == "03:00-04:00"
    assert inputs["preferredMaintenanceWindow" if cluster else "maintenanceWindow"] == "sun:04:00-sun:05:00"
    role = graph.one("aws:iam/role:Role", "database-monitoring")
    watched = graph.of_type(MEMBER) if cluster else [database]
    assert watched
    for instance in watched:
        assert instance.inputs["monitoringInterval"] == 60
        assert instance.inputs["monitoringRoleArn"] == role.outputs["arn"]
        assert instance.inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"
        assert instance.inputs["performanceInsightsRetentionPeriod"] == 7


def stack_of(graph: Graph) -> str:
    """Which example a graph is of, by the bucket's name."""
    name = str(graph.one(BUCKET, "assets").inputs["bucket"])
    return "instance" if name.startswith("aivo") else name.split("-")[1]


def test_serverless_pauses_in_dev(graph_of: GraphOf) -> None:
    graph = graph_of("dev")
    cluster = graph.one(CLUSTER, "database")
    assert cluster.inputs["serverlessv2ScalingConfiguration"] == {
        "minCapacity": 0,
        "maxCapacity": 2,
        "secondsUntilAutoPause": 300,
    }
    assert cluster.inputs["engineMode"] == "provisioned"
    assert [m.inputs["instanceClass"] for m in graph.of_type(MEMBER)] == ["db.serverless"]


def test_production_has_a_writer_a_reader_and_room_for_more(graph_of: GraphOf) -> None:
    graph = graph_of("production")
    members = graph.of_type(MEMBER)
    assert {m.inputs["instanceClass"] for m in members} == {"db.r6g.xlarge"}
    assert sorted(str(m.inputs["identifier"]) for m in members) == [
        "toolboxai-production-database-0",
        "toolboxai-production-database-1",
    ]
    target = graph.one("aws:appautoscaling/target:Target", "database-readers")
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (1, 3)
    assert target.inputs["resourceId"] == "cluster:toolboxai-production-database"
    assert {m.urn for m in members} <= graph.ancestors(target.urn)
    assert not graph_of("staging").of_type("aws:appautoscaling/target:Target")


def test_the_instance_has_a_standby_and_grows(graph_of: GraphOf) -> None:
    instance = graph_of("instance").one(INSTANCE, "database").inputs
    assert instance["multiAz"] is True
    assert (instance["allocatedStorage"], instance["maxAllocatedStorage"]) == (100, 1000)
    assert instance["storageType"] == "gp3"
    # below 400 GiB RDS refuses figures for gp3
    assert "iops" not in instance
    assert "storageThroughput" not in instance


def test_database_events_are_published(graph_of: GraphOf) -> None:
    for stack, sources in (
        ("production", {"db-cluster", "db-instance", "db-parameter-group", "db-security-group"}),
        ("instance", {"db-instance", "db-parameter-group", "db-security-group"}),
    ):
        graph = graph_of(stack)
        topic = graph.one("aws:sns/topic:Topic", "data-events")
        subscriptions = graph.of_type("aws:rds/eventSubscription:EventSubscription")
        assert {s.inputs["sourceType"] for s in subscriptions} == sources
        assert {s.inputs["snsTopic"] for s in subscriptions} == {topic.outputs["arn"]}
        publishers = [s for s in document(topic.inputs["policy"])["Statement"] if s["Effect"] == "Allow"]
        assert [s["Principal"] for s in publishers] == [{"Service": "events.rds.amazonaws.com"}]
        assert publishers[0]["Resource"] == topic.outputs["arn"]


# --- caches -------------------------------------------------------------------------------------------------------


def test_the_queue_never_evicts_and_production_has_a_cache_that_does(graph_of: GraphOf) -> None:
    policies = {
        g.name: items(g.inputs["parameters"])
        for g in graph_of("production").of_type("aws:elasticache/parameterGroup:ParameterGroup")
    }
    assert policies == {
        "queue": [{"name": "maxmemory-policy", "value": "noeviction"}],
        "sessions": [{"name": "maxmemory-policy", "value": "allkeys-lru"}],
    }


def test_failover_goes_with_replicas(graph: Graph) -> None:
    for cache in graph.of_type(CACHE):
        inputs = cache.inputs
        several = inputs["numCacheClusters"] != 1
        assert inputs["automaticFailoverEnabled"] is several
        assert inputs["multiAzEnabled"] is several
        assert inputs["snapshotRetentionLimit"] == 7
        assert inputs["snapshotWindow"] == "03:00-05:00"
        assert len(str(inputs["replicationGroupId"])) <= 40


def test_each_client_signs_in_as_itself_and_default_is_off(graph: Graph) -> None:
    users = {u.inputs["userId"]: u for u in graph.of_type("aws:elasticache/user:User")}
    for cache in graph.of_type(CACHE):
        [group_id] = items(cache.inputs["userGroupIds"])
        group = next(
            g for g in graph.of_type("aws:elasticache/userGroup:UserGroup") if g.inputs["userGroupId"] == group_id
        )
        members = [users[user_id] for user_id in items(group.inputs["userIds"])]
        assert {m.inputs["engine"] for m in members} == {cache.inputs["engine"]} == {group.inputs["engine"]}
        by_name = {str(m.inputs["userName"]): m for m in members}
        assert by_name["default"].inputs["accessString"] == "off ~* -@all"
        declared = settings_of(stack_of(graph))["caches"][cache.name]["users"]
        assert len(members) == 1 + len(declared)
        for member in members:
            mode = mapping(member.inputs["authenticationMode"])
            assert len(str(member.inputs["userId"])) <= 40
            if mode["type"] == "iam":
                assert member.inputs["userName"] == member.inputs["userId"]
            else:
                assert mode["type"] == "password"
                [password] = mode["passwords"]
                revealed(password)


def test_a_password_users_login_is_a_secret_of_its_namespace(graph_of: GraphOf) -> None:
    graph = graph_of("production")
    secret = graph.one(SECRET, "cache-queue-agents-login")
    assert secret.inputs["name"] == "toolboxai/production/mcp-agents/cache-queue-agents-login"
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion", "cache-queue-agents-login")
    login = document(revealed(version.inputs["secretString"]))
    cache = graph.one(CACHE, "queue")
    assert login["username"] == "agents"
    assert login["address"] == f"{cache.outputs['primaryEndpointAddress']}:6379"
    user = graph.one("aws:elasticache/user:User", "queue-agents")
    [password] = mapping(user.inputs["authenticationMode"])["passwords"]
    assert login["password"] == revealed(password)
    assert 16 <= len(login["password"]) <= 128


def test_a_user_by_iam_has_no_password(graph_of: GraphOf) -> None:
    graph = graph_of("instance")
    assert "cache-queue-reports-login" not in {s.name for s in graph.of_type(SECRET)}
    assert mapping(graph.one("aws:elasticache/user:User", "queue-reports").inputs["authenticationMode"]) == {
        "type": "iam"
    }


# --- tables, registry, secrets ------------------------------------------------------------------------------------


def test_contexts_expire_can_be_recovered_and_are_copied_in_production(graph_of: GraphOf) -> None:
    graph = graph_of("production")
    table = graph.one(TABLE, "mcp-contexts")
    assert table.inputs["name"] == "toolboxai-production-mcp-contexts"
    assert table.inputs["billingMode"] == "PAY_PER_REQUEST"
    assert table.inputs["ttl"] == {"attributeName": "expires_at", "enabled": True}
    assert table.inputs["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}
    assert table.inputs["streamEnabled"] is True
    replica = graph.one("aws:dynamodb/tableReplica:TableReplica", "mcp-contexts")
    assert replica.inputs["region"] == "us-west-2"
    assert replica.inputs["kmsKeyArn"] == graph.one("aws:kms/replicaKey:ReplicaKey", "data-us-west-2").outputs["arn"]
    assert replica.protect
    assert not graph_of("dev").of_type("aws:dynamodb/tableReplica:TableReplica")
    # declared attributes are exactly the keys: DynamoDB refuses any other
    assert sorted(a["name"] for a in items(table.inputs["attributes"])) == ["context_id", "entry"]


def test_images_never_change_and_are_scanned_and_go(graph: Graph) -> None:
    repositories = graph.of_type(REPOSITORY)
    assert [r.name for r in repositories if r.name] == sorted(settings_of(stack_of(graph))["registry"]["images"])
    for repository in repositories:
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
        assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        rules = document(graph.one("aws:ecr/lifecyclePolicy:LifecyclePolicy", repository.name).inputs["policy"])[
            "rules"
        ]
        assert [rule["rulePriority"] for rule in rules] == [1, 2, 3]
        # ECR wants the rule for any tag last
        assert [rule["selection"]["tagStatus"] for rule in rules] == ["untagged", "tagged", "any"]


def test_secrets_have_their_names_and_only_generated_ones_a_value(graph: Graph) -> None:
    stack = stack_of(graph)
    identity = IDENTITY_OF[stack]
    declared = {
        f"{namespace}/{name}": row
        for namespace, rows in settings_of(stack).get("secrets", {}).items()
        for name, row in rows.items()
    }
    made = {s.name: s for s in graph.of_type(SECRET) if not s.name.endswith("-login") and "DatabaseLogins" not in s.urn}
    assert set(made) == set(declared)
    versions = {v.name: v for v in graph.of_type("aws:secretsmanager/secretVersion:SecretVersion")}
    for key, row in declared.items():
        assert made[key].inputs["name"] == f"{identity['platform']}/{identity['env']}/{key}"
        assert made[key].inputs["description"] == row["purpose"]
        assert (key in versions) is row.get("generate", False)
        if key in versions:
            assert len(str(revealed(versions[key].inputs["secretString"]))) == 48


def test_secrets_are_copied_where_there_is_a_recovery_region(graph_of: GraphOf) -> None:
    production = graph_of("production")
    copy = production.one("aws:kms/replicaKey:ReplicaKey", "secrets-us-west-2").outputs["arn"]
    for secret in production.of_type(SECRET):
        # a login names the address of its own region's cache or database: a standby has its own of that name
        own = str(secret.inputs["name"]).endswith(("-login", "/pgbouncer", "/database-roles"))
        assert secret.inputs.get("replicas") == (None if own else [{"region": "us-west-2", "kmsKeyId": copy}])
    assert any("replicas" in secret.inputs for secret in production.of_type(SECRET))
    assert all("replicas" not in secret.inputs for secret in graph_of("dev").of_type(SECRET))


# --- protection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", ["dev", "staging"])
def test_a_destroy_outside_production_ends_empty(graph_of: GraphOf, stack: str) -> None:
    graph = graph_of(stack)
    assert [r.urn for r in graph.resources if r.protect] == []
    for database in databases(graph):
        assert database.inputs["deletionProtection"] is False
        assert database.inputs["skipFinalSnapshot"] is True
    assert all(table.inputs["deletionProtectionEnabled"] is False for table in graph.of_type(TABLE))
    assert all(bucket.inputs["forceDestroy"] is True for bucket in graph.of_type(BUCKET))
    assert all(repository.inputs["forceDelete"] is True for repository in graph.of_type(REPOSITORY))
    # a name in its recovery window would stop the next update
    assert all(secret.inputs["recoveryWindowInDays"] == 0 for secret in graph.of_type(SECRET))


@pytest.mark.parametrize("stack", ["production", "instance"])
def test_production_protects_every_store_and_nothing_above_them(graph_of: GraphOf, stack: str) -> None:
    graph = graph_of(stack)
    for store in (r for r in graph.resources if r.type in (*STORES, MEMBER, KEY)):
        assert store.protect, store.urn
    # protection is inherited, so it stands on leaves only
    assert [r.urn for r in graph.resources if not r.custom and r.protect] == []
    [database] = databases(graph)
    assert database.inputs["deletionProtection"] is True
    assert database.inputs["skipFinalSnapshot"] is False
    assert database.inputs["deleteAutomatedBackups"] is False
    assert all(table.inputs["deletionProtectionEnabled"] is True for table in graph.of_type(TABLE))
    assert all(bucket.inputs["forceDestroy"] is False for bucket in graph.of_type(BUCKET))
    assert all(repository.inputs["forceDelete"] is False for repository in graph.of_type(REPOSITORY))
    assert all(secret.inputs["recoveryWindowInDays"] == 30 for secret in graph.of_type(SECRET))


def test_the_final_snapshots_name_is_of_this_database_alone(graph_of: GraphOf) -> None:
    graph = graph_of("production")
    suffix = graph.one("random:index/randomId:RandomId", "database-final-snapshot").outputs["hex"]
    name = graph.one(CLUSTER, "database").inputs["finalSnapshotIdentifier"]
    assert name == f"toolboxai-production-database-final-{suffix}"


# --- what is told -------------------------------------------------------------------------------------------------


def tagged(resource: Resource) -> str:
    return str(mapping(resource.inputs["tags"])["DataClass"])


@pytest.mark.parametrize(
    ("stack", "database", "pupils"), [("dev", "internal", "internal"), ("production", "education-record", "child-pii")]
)
def test_stores_are_tagged_with_the_class_they_have_there(
    graph_of: GraphOf, stack: str, database: str, pupils: str
) -> None:
    graph = graph_of(stack)
    assert tagged(graph.one(CLUSTER, "database")) == database
    assert {tagged(member) for member in graph.of_type(MEMBER)} == {database}
    assert tagged(graph.one(TABLE, "mcp-contexts")) == pupils
    assert tagged(graph.one(BUCKET, "pupil-uploads")) == pupils
    assert tagged(graph.one(BUCKET, "assets")) == "public"
    assert tagged(graph.one(BUCKET, "audit")) == "audit"


NAMED = {
    CLUSTER: "clusterIdentifier",
    INSTANCE: "identifier",
    CACHE: "replicationGroupId",
    TABLE: "name",
    BUCKET: "bucket",
    REPOSITORY: "name",
    SECRET: "name",
}


def test_the_list_of_stores_is_the_graphs(graph: Graph) -> None:
    listed = [mapping(row) for row in items(graph.run.outputs["stores"])]
    made = {(r.type, r.inputs[NAMED[r.type]]) for r in graph.resources if r.type in NAMED}
    assert {(row["type"], row["name"]) for row in listed} == made
    assert len(listed) == len(made)
    classes = {r.inputs[NAMED[r.type]]: tagged(r) for r in graph.resources if r.type in NAMED and r.type != SECRET}
    for row in listed:
        assert row["class"] == classes.get(row["name"], "internal")
        assert row["purpose"]
        assert row["retention"] is not None or row["class"] == "public"


def test_outputs_are_the_graphs(graph: Graph) -> None:
    outputs = graph.run.outputs
    [database] = databases(graph)
    host = "endpoint" if database.type == CLUSTER else "address"
    assert outputs["database_endpoint"] == database.outputs[host]
    [managed] = items(database.outputs["masterUserSecrets"])
    assert outputs["database_secret_arn"] == managed["secretArn"]
    assert (outputs["database_port"], outputs["cache_port"]) == (5432, 6379)
    queue = graph.one(CACHE, "queue")
    assert outputs["cache_endpoint"] == queue.outputs["primaryEndpointAddress"]
    assert mapping(outputs["bucket_names"]) == {b.name: b.id for b in graph.of_type(BUCKET)}
    assert mapping(outputs["table_names"]) == {t.name: t.id for t in graph.of_type(TABLE)}
    assert mapping(outputs["repository_names"]) == {r.name: r.inputs["name"] for r in graph.of_type(REPOSITORY)}
    assert set(mapping(outputs["cache_endpoints"])) == {c.name for c in graph.of_type(CACHE)}
