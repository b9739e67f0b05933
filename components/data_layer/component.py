"""The component DataLayer: every store of the stack in its order, and what others are told of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.data_layer.buckets import make_buckets
from components.data_layer.cache import PORT as CACHE_PORT
from components.data_layer.cache import Cache
from components.data_layer.database import PORT as DATABASE_PORT
from components.data_layer.database import Database, RdsInstanceSettings
from components.data_layer.events import make_events
from components.data_layer.logins import DatabaseLogins
from components.data_layer.mysql import MysqlDatabase
from components.data_layer.mysql_logins import MysqlLogins, mysql_namespaces
from components.data_layer.records import records
from components.data_layer.registry import make_repositories
from components.data_layer.secrets import make_secrets
from components.data_layer.settings import DataLayerSettings
from components.data_layer.site import Site
from components.data_layer.stores import StoreRecord
from components.data_layer.tables import make_table
from components.keys import Keys
from components.networking import Networking

QUEUE = "queue"
"""The cache where jobs wait."""


class DataLayer(pulumi.ComponentResource):
    """Database, caches, tables, buckets, registry and secrets of a stack, each under a key of ``keys``.

    In a standby it makes what its own network needs and nobody can copy: caches with their logins, the buckets that
    aren't copied, and all that a database needs but the database, which begins from a recovery point
    (``database.snapshot_arn``). Everything else its primary has put there, under the names that stand here.

    ``opts.providers`` must hold an AWS and a random provider. What is text rather than an output is known before
    anything is made.
    """

    database_endpoint: pulumi.Output[str] | None
    """Host that takes writes; ``None`` in a standby whose database hasn't been restored."""
    database_reader_endpoint: pulumi.Output[str] | None
    """Host for reads; ``None`` likewise."""
    clustered: bool
    """Whether the database is an Aurora cluster rather than one instance."""
    database_port: int
    database_name: str
    """The first database."""
    database_secret_arn: pulumi.Output[str] | None
    """The master user's secret, for the bootstrap job alone: JSON with username and password. ``None`` likewise."""
    database_login_secrets: Mapping[str, str]
    """Name of the secret with each service's login, by service."""
    database_logins: DatabaseLogins
    """The logins, for what in the cluster must wait for them."""
    database_resource_id: pulumi.Output[str] | None
    """What IAM policies for database sign-in name. ``None`` likewise."""
    mysql: MysqlDatabase | None
    """MySQL; ``None`` where the stack has none."""
    mysql_logins: MysqlLogins | None
    """Its logins, for what in the cluster must wait for them; ``None`` likewise."""
    cache_endpoint: pulumi.Output[str]
    """Host of the queue's primary, by TLS only."""
    cache_port: int
    cache_endpoints: Mapping[str, pulumi.Output[str]]
    """Host of every cache's primary, by name."""
    cache_login_secrets: Mapping[str, Mapping[str, str]]
    """Name of the secret with each user's login, by cache and user."""
    table_names: Mapping[str, str]
    """What DynamoDB calls each table, made here or a copy."""
    bucket_names: Mapping[str, str]
    """What S3 calls each bucket, by what it is for: ``assets``, ``access-logs``."""
    repository_names: Mapping[str, str]
    """What ECR calls each image's repository."""
    secret_names: Mapping[str, str]
    """What Secrets Manager calls each declared secret, by ``<namespace>/<name>``."""
    events_topic_arn: pulumi.Output[str]
    """Where events of the database are published."""
    stores: tuple[StoreRecord, ...]
    """Every store of the stack's own with class, purpose and retention, for the written retention policy."""
    settings: DataLayerSettings
    """What it was made of: backups and copies follow it."""

    def __init__(  # noqa: PLR0917 - the order of every component: name, settings, what it stands on, options
        self,
        name: str,
        settings: DataLayerSettings,
        context: Context,
        networking: Networking,
        keys: Keys,
        opts: pulumi.ResourceOptions | None = None,
        *,
        copied_buckets: Collection[str] = (),
    ) -> None:
        """``copied_buckets``: what of the buckets a primary puts into its recovery region, and a standby finds."""
        super().__init__("platform:index:DataLayer", name, None, opts)
        self.settings = settings
        standby = context.identity.standby
        self._child = pulumi.ResourceOptions(parent=self)
        self._site = Site(
            context=context,
            keys=keys,
            vpc_id=networking.vpc_id,
            subnet_ids=networking.database_subnet_ids,
            client_cidrs=networking.private_cidrs,
            log_days=settings.log_retention_days,
        )
        self._database()
        self._caches()
        self.tables = {
            key: make_table(key, row, self._site, self) for key, row in settings.tables.items() if not standby
        }
        self.buckets = make_buckets(settings.buckets, self._site, self, found=copied_buckets if standby else ())
        self.repositories = {} if standby else make_repositories(settings.registry, self._site, self)
        self.secrets = {} if standby else make_secrets(settings.secrets, self._site, self)
        self._names(context)
        self.stores = records(settings, context, own_buckets=self.buckets)
        self.register_outputs(
            {
                "databaseEndpoint": self.database_endpoint,
                "databaseReaderEndpoint": self.database_reader_endpoint,
                "databaseSecretArn": self.database_secret_arn,
                "cacheEndpoints": dict(self.cache_endpoints),
                "tableNames": dict(self.table_names),
                "bucketNames": dict(self.bucket_names),
                "eventsTopicArn": self.events_topic_arn,
            }
        )

    def _database(self) -> None:
        settings, mysql = self.settings.database, self.settings.mysql
        self.database = Database("database", settings, self._site, self._child)
        self.clustered = not isinstance(settings, RdsInstanceSettings)
        topic = make_events(self._site, self, clustered=self.clustered)
        self.database_endpoint = self.database.endpoint
        self.database_reader_endpoint = self.database.reader_endpoint
        self.database_port = DATABASE_PORT
        self.database_name = settings.database_name
        self.database_secret_arn = self.database.secret_arn
        self.database_resource_id = self.database.resource_id
        self.database_logins = DatabaseLogins(
            "database-logins",
            self.settings.services,
            self._site,
            self._child,
            host=self.database.endpoint,
            port=DATABASE_PORT,
            first_database=settings.database_name,
            also_certified=mysql_namespaces(mysql.services, self._site.context.names) if mysql is not None else (),
        )
        self.database_login_secrets = self.database_logins.secret_names
        self.events_topic_arn = topic.arn
        self.mysql = self.mysql_logins = None
        if mysql is not None:
            self.mysql = MysqlDatabase(mysql, self._site, self._child)
            self.mysql_logins = MysqlLogins(mysql.services, self._site, self._child, host=self.mysql.endpoint)

    def _caches(self) -> None:
        site = self._site
        subnets = aws.elasticache.SubnetGroup(
            "cache",
            description=f"{site.context.names.prefix}: database tier",
            subnet_ids=site.subnet_ids,
            opts=self._child,
        )
        group = site.group("cache", CACHE_PORT, "Valkey or Redis from nodes and pods", self._child)
        self.caches = {
            key: Cache(key, row, site, self._child, subnets=subnets, group=group)
            for key, row in self.settings.caches.items()
        }
        self.cache_endpoint = self.caches[QUEUE].endpoint
        self.cache_port = CACHE_PORT
        self.cache_endpoints = {key: cache.endpoint for key, cache in self.caches.items()}
        self.cache_login_secrets = {key: cache.login_secrets for key, cache in self.caches.items()}

    def _names(self, context: Context) -> None:
        names, settings = context.names, self.settings
        self.table_names = {key: names.of("dynamodb", key) for key in settings.tables}
        self.bucket_names = {thing: names.bucket(thing) for thing, _ in settings.buckets.rows()}
        self.repository_names = {image: names.repository(image) for image in settings.registry.images}
        self.secret_names = {
            f"{namespace}/{name}": names.secret(namespace, name)
            for namespace, by_name in settings.secrets.items()
            for name in by_name
        }
