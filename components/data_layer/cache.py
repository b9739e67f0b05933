"""Caches: ElastiCache for Valkey or Redis, TLS only, each client with a user of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.data_classes import DataClass
from components.data_layer.secrets import make_password, make_secret, set_value
from components.data_layer.site import Site
from components.data_layer.stores import BackupDays, Store
from components.model import Days, DnsLabel, Problem, Settings, Slug, one_of, refuse, refuse_all
from components.naming import Names
from components.versions import CACHE_NODE_TYPES, REDIS, SUPPORT_DATE, VALKEY, in_support, supported

PORT: Final = 6379
SNAPSHOT_WINDOW: Final = "03:00-05:00"
MAINTENANCE_WINDOW: Final = "sun:05:00-sun:06:00"
"""UTC. ElastiCache refuses a maintenance window that overlaps the snapshots'."""
_PASSWORD_LENGTH: Final = 64
"""ElastiCache takes 16 to 128 characters."""
_IAM_FROM: Final = 7
"""Major version of either engine (ElastiCache user guide, "Authenticating with IAM")."""
_CALENDARS: Final = {"valkey": VALKEY, "redis": REDIS}

ACCESS: Final[Mapping[str, str]] = {
    # every string starts from nothing, as ElastiCache itself writes it back
    "read-write": (
        "on ~* &* -@all +@read +@write +@keyspace +@pubsub +@connection +@transaction +@scripting +@blocking "
        "-@admin -@dangerous +info"
    ),
    "read-only": "on ~* &* -@all +@read +@connection -@admin -@dangerous",
    # lengths and figures, no content; KEDA asks for a length by a script, whose commands are held to the same rules
    "monitor": (
        "on ~* -@all +@connection -@admin -@dangerous +info +dbsize +slowlog +latency +eval +evalsha +type +llen "
        "+zcard +scard +hlen +xlen"
    ),
}
"""What a user may do, as ElastiCache's access string."""
_SWITCHED_OFF: Final = "off ~* -@all"


class CacheUser(Settings):
    """One client of a cache."""

    namespace: DnsLabel
    """The namespace whose workloads sign in so: its secrets hold the login."""
    access: Literal["read-write", "read-only", "monitor"]
    """``monitor`` sees lengths and figures but no content."""
    auth: Literal["password", "iam"] = "password"
    """A generated password in Secrets Manager, or IAM where the client can (Celery and KEDA can't)."""


class CacheSettings(Store):
    """One replication group, cluster mode off (Celery and KEDA want one keyspace)."""

    data_class: DataClass = DataClass.INTERNAL
    retention_days: Days | None = 7
    """Days until the last snapshot of anything is gone. Entries themselves live for minutes."""
    engine: Literal["valkey", "redis"] = "valkey"
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}\.[0-9]{1,2}$")]
    """Major and minor."""
    node_type: str
    """The nodes' type, such as cache.t4g.small."""
    replicas: Annotated[int, Field(ge=0, le=5, strict=True)] = 1
    """Nodes beside the primary, in other zones. With one or more a failure is taken over by itself."""
    eviction: Literal["noeviction", "allkeys-lru"]
    """What happens when memory is full: writes fail (queues), or what was used longest ago goes (caches)."""
    snapshot_days: BackupDays = 7
    """Days that daily snapshots are kept."""
    login_rotate_days: Days = 90
    """Days after which a user's password is to be replaced; a tag says so to who checks it."""
    users: Annotated[dict[Slug, CacheUser], Field(min_length=1)]
    """Who signs in, by name."""

    @field_validator("version")
    @classmethod
    def _in_support(cls, value: str, info: ValidationInfo) -> str:
        engine = info.data.get("engine")
        if engine is not None and not in_support(_CALENDARS[engine], value, SUPPORT_DATE):
            known = supported(_CALENDARS[engine], SUPPORT_DATE)
            refuse(f"a version of {engine} that is in support on {SUPPORT_DATE}: {one_of(known)}")
        return value

    @field_validator("node_type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value not in CACHE_NODE_TYPES:
            refuse(one_of(CACHE_NODE_TYPES))
        return value

    @field_validator("snapshot_days")
    @classmethod
    def _gone_in_time(cls, value: int, info: ValidationInfo) -> int:
        kept = info.data.get("retention_days")
        if kept is not None and value > kept:
            refuse(f"at most retention_days, which is {kept}")
        return value

    @field_validator("users")
    @classmethod
    def _no_default(cls, value: dict[str, CacheUser]) -> dict[str, CacheUser]:
        if "default" in value:
            refuse("another name: the user default is switched off", value="default", at=["default"])
        return value

    @field_validator("users")
    @classmethod
    def _signs_in(cls, value: dict[str, CacheUser], info: ValidationInfo) -> dict[str, CacheUser]:
        engine, version = info.data.get("engine"), info.data.get("version")
        if engine is not None and version is not None and int(version.partition(".")[0]) < _IAM_FROM:
            allowed = f"password: {engine} {version} knows no sign-in by IAM, which comes with {_IAM_FROM}"
            refuse_all(Problem((user, "auth"), row.auth, allowed) for user, row in value.items() if row.auth == "iam")
        return value

    @property
    def family(self) -> str:
        """The family of parameter groups."""
        major = self.version.partition(".")[0]
        return f"{self.engine}{major}.x" if self.engine == "redis" and major == "6" else f"{self.engine}{major}"


def login_secret(names: Names, cache: str, user: str, namespace: str) -> str:
    """Name of the secret with a user's login: JSON with address (``host:port``), username and password."""
    return names.secret(namespace, login_name(cache, user))


def login_name(cache: str, user: str) -> str:
    """The last part of that name."""
    return f"cache-{cache}-{user}-login"


class Cache(pulumi.ComponentResource):
    """A replication group under the data key, its users, and its log group."""

    endpoint: pulumi.Output[str]
    """Host that takes writes, by TLS only."""
    reader_endpoint: pulumi.Output[str]
    """Host for reads."""
    port: int
    identifier: str
    login_secrets: Mapping[str, str]
    """Name of each user's secret; users that sign in by IAM have none."""

    def __init__(
        self,
        name: str,
        settings: CacheSettings,
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
        *,
        subnets: aws.elasticache.SubnetGroup,
        group: aws.ec2.SecurityGroup,
    ) -> None:
        super().__init__("platform:index:Cache", name, None, opts)
        self._name = name
        self._settings = settings
        self._site = site
        self._child = pulumi.ResourceOptions(parent=self)
        self.port = PORT
        self.identifier = site.context.names.of("elasticache", name)
        self.login_secrets = {
            user: login_secret(site.context.names, name, user, row.namespace)
            for user, row in settings.users.items()
            if row.auth == "password"
        }

        parameters = aws.elasticache.ParameterGroup(
            name,
            family=settings.family,
            description=f"{site.context.names.prefix} {name}: {settings.eviction}",
            parameters=[{"name": "maxmemory-policy", "value": settings.eviction}],
            opts=self._child,
        )
        self._passwords: dict[str, pulumi.Output[str]] = {}
        replication = self._replication_group(parameters, self._users(), subnets, group)
        self.endpoint = replication.primary_endpoint_address
        self.reader_endpoint = replication.reader_endpoint_address
        for user, password in self._passwords.items():
            self._login(user, settings.users[user], password)
        self.register_outputs({"endpoint": self.endpoint, "readerEndpoint": self.reader_endpoint, "port": PORT})

    def _replication_group(
        self,
        parameters: aws.elasticache.ParameterGroup,
        users: aws.elasticache.UserGroup,
        subnets: aws.elasticache.SubnetGroup,
        group: aws.ec2.SecurityGroup,
    ) -> aws.elasticache.ReplicationGroup:
        settings, site, name = self._settings, self._site, self._name
        logs = site.log_group(f"cache-{name}", site.context.names.log_group("cache", name), self._child)
        survives = settings.replicas > 0
        return aws.elasticache.ReplicationGroup(
            name,
            replication_group_id=self.identifier,
            description=f"{site.context.names.prefix} {name}",
            engine=settings.engine,
            engine_version=settings.version,
            auto_minor_version_upgrade=True,
            apply_immediately=False,
            node_type=settings.node_type,
            num_cache_clusters=1 + settings.replicas,
            automatic_failover_enabled=survives,
            multi_az_enabled=survives,
            port=PORT,
            network_type="ipv4",
            ip_discovery="ipv4",
            subnet_group_name=subnets.name,
            security_group_ids=[group.id],
            parameter_group_name=parameters.name,
            at_rest_encryption_enabled=True,
            kms_key_id=site.keys.data.arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[users.user_group_id],
            snapshot_retention_limit=settings.snapshot_days,
            snapshot_window=SNAPSHOT_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            final_snapshot_identifier=self._site.final_snapshot(f"cache-{self._name}", self.identifier, self._child),
            # the slow log is left out: it holds commands with their values
            log_delivery_configurations=[
                {
                    "log_type": "engine-log",
                    "log_format": "json",
                    "destination_type": "cloudwatch-logs",
                    "destination": logs.name,
                }
            ],
            tags=site.context.tags(settings.data_class),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.context.protect or None,
                # moves up by itself; held against the file, the next update would ask for a downgrade
                ignore_changes=["engine_version"],
            ),
        )

    # --- users ----------------------------------------------------------------------------------------------

    def _users(self) -> aws.elasticache.UserGroup:
        names, name = self._site.context.names, self._name
        # A group of Redis must hold a user of the name default, and the one that AWS lends may do everything without a
        # password. This one can do nothing. Valkey takes it too.
        members = [self._password_user("default", _SWITCHED_OFF, self._password("default"))]
        for user, row in self._settings.users.items():
            if row.auth == "iam":
                members.append(self._iam_user(user, row))
                continue
            self._passwords[user] = self._password(user)
            members.append(self._password_user(user, ACCESS[row.access], self._passwords[user]))
        return aws.elasticache.UserGroup(
            name,
            user_group_id=names.of("elasticache-user", name),
            engine=self._settings.engine,
            user_ids=[member.user_id for member in members],
            opts=self._child,
        )

    def _password(self, user: str) -> pulumi.Output[str]:
        return make_password(f"cache-{self._name}-{user}", _PASSWORD_LENGTH, self)

    def _user_id(self, user: str) -> str:
        return self._site.context.names.of("elasticache-user", self._name, user)

    def _password_user(self, user: str, access: str, password: pulumi.Output[str]) -> aws.elasticache.User:
        return aws.elasticache.User(
            f"{self._name}-{user}",
            user_id=self._user_id(user),
            user_name=user,
            engine=self._settings.engine,
            access_string=access,
            # not the write-only argument: that needs a number raised by hand, and till then the login would be wrong
            authentication_mode={"type": "password", "passwords": [password]},
            opts=self._child,
        )

    def _iam_user(self, user: str, row: CacheUser) -> aws.elasticache.User:
        # with IAM the name must be the id
        return aws.elasticache.User(
            f"{self._name}-{user}",
            user_id=self._user_id(user),
            user_name=self._user_id(user),
            engine=self._settings.engine,
            access_string=ACCESS[row.access],
            authentication_mode={"type": "iam"},
            opts=self._child,
        )

    def _login(self, user: str, row: CacheUser, password: pulumi.Output[str]) -> None:
        name = login_name(self._name, user)
        secret = make_secret(
            name,
            self.login_secrets[user],
            purpose=f"{row.access} login of {row.namespace} to the cache {self._name}",
            rotate_days=self._settings.login_rotate_days,
            site=self._site,
            parent=self,
            # it names this cache's address: a standby's own cache has its own login under this name
            copied=False,
        )
        login = {
            "address": pulumi.Output.concat(self.endpoint, f":{PORT}"),
            "username": user,
            "password": password,
        }
        set_value(name, secret, pulumi.Output.json_dumps(login), self)


def check_caches(caches: dict[str, CacheSettings]) -> dict[str, CacheSettings]:
    """Jobs wait in the cache called ``queue``, which must exist and must not drop them."""
    if "queue" not in caches:
        refuse("a cache called queue among them: the jobs of Celery and the agents wait there", value=sorted(caches))
    if caches["queue"].eviction != "noeviction":
        refuse(
            "noeviction: a queue that drops entries loses jobs",
            value=caches["queue"].eviction,
            at=["queue", "eviction"],
        )
    return caches


__all__ = ["ACCESS", "PORT", "Cache", "CacheSettings", "CacheUser", "check_caches", "login_secret"]
