"""Exporters as workloads: what measures database, pooler, caches and the platform's own public names. All pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.data_layer import DataLayerSettings
from components.data_layer.cache import CacheSettings, login_secret
from components.data_layer.services import EXPORTER, MONITORING, POOLER_HOST, database_login_secret
from components.database_access.login import BUNDLE, POOLED, authority
from components.edge.hosts import Hosts
from components.kubernetes.crds.prometheus import Probe as ProbeResource
from components.kubernetes.crds.prometheus import Prober, ProbeSpec, ProbeTargets, StaticTargets
from components.kubernetes.labels import standard_labels
from components.kubernetes.manifest import Manifest
from components.kubernetes.paths import POSTGRES_PORT, Call, ToCache, ToDatabase, ToInternet
from components.kubernetes.workload import ContainerPort, Metrics, Probe, Probes, Route, SecretFiles, Workload
from components.model import Quantities, Resources
from components.naming import Names
from components.observability.settings import ExporterSettings
from components.upstream import upstream

PORT: Final = "http"
LOGIN: Final = "login"
BLACKBOX: Final = "blackbox-exporter"
PROBE_SECONDS: Final = 30
_COMPONENT: Final = "exporter"
_PART_OF: Final = "observability"
_START: Final = "/etc/exporter/start.sh"
_BLACKBOX_CONFIG: Final = "/etc/exporter/blackbox.yml"
_MODULE: Final = "https"
_SMALL: Final = Resources(requests=Quantities(cpu="10m", memory="24Mi"), limits=Quantities(cpu="100m", memory="96Mi"))

START_REDIS: Final = """\
#!/bin/sh
# the exporter takes a password from a file, but only as a map from addresses
set -eu
REDIS_ADDR="rediss://$(cat "$LOGIN_FILES/address")"
REDIS_USER=$(cat "$LOGIN_FILES/username")
REDIS_PASSWORD_FILE=/tmp/passwords.json
umask 077
printf '{"rediss://%s@%s": "%s"}' \\
  "$REDIS_USER" "$(cat "$LOGIN_FILES/address")" "$(cat "$LOGIN_FILES/password")" > "$REDIS_PASSWORD_FILE"
export REDIS_ADDR REDIS_USER REDIS_PASSWORD_FILE
exec /redis_exporter
"""
START_POOLER: Final = """\
#!/bin/sh
# the driver reads a password file, but only one that nobody else may read, and a Secret's can't be that
set -eu
umask 077
user=$(cat "$LOGIN_FILES/username")
printf '%s:%s:pgbouncer:%s:%s\\n' "$POOLER_HOST" "$POOLER_PORT" "$user" "$(cat "$LOGIN_FILES/password")" > /tmp/pgpass
export PGPASSFILE=/tmp/pgpass
exec /bin/pgbouncer_exporter \\
  --pgBouncer.connectionString="postgres://$user@$POOLER_HOST:$POOLER_PORT/pgbouncer?sslmode=disable"
"""


def exporters(settings: ExporterSettings, data: DataLayerSettings, names: Names) -> list[Workload]:
    """Every exporter of the stack."""
    found = [_pooler(names), _blackbox(names)]
    if settings.database:
        found.append(_database(names))
    found += [_cache(cache, user, names) for cache, user in measured_caches(data)]
    return found


def measured_caches(data: DataLayerSettings) -> Iterator[tuple[str, str]]:
    """Each cache that has a user for its exporter, and that user."""
    for cache, row in data.caches.items():
        user = _monitor(row)
        if user is not None:
            yield cache, user


def _monitor(row: CacheSettings) -> str | None:
    fitting = (
        name
        for name, user in row.users.items()
        if (user.namespace, user.access, user.auth) == (MONITORING, "monitor", "password")
    )
    return next(fitting, None)


def _exporter(
    name: str,
    image: str,
    port: int,
    names: Names,
    *,
    calls: tuple[Call, ...],
    command: tuple[str, ...] = (),
    args: tuple[str, ...] = (),
    files: dict[str, str] | None = None,
    env: dict[str, str] | None = None,
    secrets: tuple[SecretFiles, ...] = (),
    health: str = "/",
) -> Workload:
    return Workload(
        namespace=MONITORING,
        name=name,
        component=_COMPONENT,
        part_of=_PART_OF,
        image=upstream(image, names),
        command=command,
        args=args,
        files=files or {},
        env=env or {},
        secrets=secrets,
        resources=_SMALL,
        ports=(ContainerPort(name=PORT, number=port),),
        replicas=1,
        probes=Probes(liveness=Probe(port=PORT, path=health), startup_budget_seconds=120),
        metrics=Metrics(port=PORT),
        calls=calls,
    )


def _login(names: Names) -> SecretFiles:
    return SecretFiles(
        name=LOGIN,
        remote=database_login_secret(names, EXPORTER, MONITORING),
        keys=("username", "password", "address"),
    )


def _database(names: Names) -> Workload:
    """Direct, not by the pooler: it measures sessions, and is itself always there."""
    login, authorities = _login(names), authority(MONITORING, names)
    return _exporter(
        "postgres-exporter",
        "postgres-exporter",
        9187,
        names,
        # RDS lets nobody look into the directory of the log
        args=("--no-collector.wal",),
        env={
            "DATA_SOURCE_URI_FILE": f"{login.path}/address",
            "DATA_SOURCE_USER_FILE": f"{login.path}/username",
            "DATA_SOURCE_PASS_FILE": f"{login.path}/password",
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": f"{authorities.path}/{BUNDLE}",
        },
        secrets=(login, authorities),
        calls=(ToDatabase(),),
    )


def _pooler(names: Names) -> Workload:
    """Each scrape meets one of the pooler's replicas, in turn: alerts look back over several."""
    login = _login(names)
    return _exporter(
        "pgbouncer-exporter",
        "pgbouncer-exporter",
        9127,
        names,
        command=("sh", _START),
        files={_START: START_POOLER},
        env={"LOGIN_FILES": login.path, "POOLER_HOST": POOLER_HOST, "POOLER_PORT": str(POSTGRES_PORT)},
        secrets=(login,),
        calls=(POOLED,),
    )


def _cache(cache: str, user: str, names: Names) -> Workload:
    login = SecretFiles(
        name=LOGIN,
        remote=login_secret(names, cache, user, MONITORING),
        keys=("address", "username", "password"),
    )
    return _exporter(
        f"redis-exporter-{cache}",
        "redis-exporter",
        9121,
        names,
        command=("sh", _START),
        files={_START: START_REDIS},
        # ElastiCache has no CONFIG
        env={"LOGIN_FILES": login.path, "REDIS_EXPORTER_CONFIG_COMMAND": "-"},
        secrets=(login,),
        calls=(ToCache(),),
    )


def _blackbox(names: Names) -> Workload:
    module = {
        "prober": "http",
        "timeout": "10s",
        "http": {"fail_if_not_ssl": True, "preferred_ip_protocol": "ip4", "ip_protocol_fallback": False},
    }
    return _exporter(
        BLACKBOX,
        "blackbox-exporter",
        9115,
        names,
        args=(f"--config.file={_BLACKBOX_CONFIG}",),
        files={_BLACKBOX_CONFIG: json.dumps({"modules": {_MODULE: module}}, indent=1)},
        calls=(ToInternet("asks the platform's own public names, by the way that users take"),),
        health="/-/healthy",
    )


def public_health(workloads: Iterable[Workload]) -> Iterator[str]:
    """What answers 200 to anybody outside: each path of health that the kubelet asks and an open route leads to."""
    there = list(workloads)
    routes = [route for workload in there for route in workload.routes]
    for workload in there:
        path = workload.probes.liveness.path if workload.probes else None
        for host in dict.fromkeys(host for route in workload.routes for host in route.hosts) if path else ():
            taken = [route for route in routes if host in route.hosts and _leads_to(route, path or "")]
            # the load balancer goes by the longest path
            first = max(taken, key=lambda route: (route.exact, len(route.path)), default=None)
            if first is not None and first in workload.routes and first.sign_in is None and first.token is None:
                yield f"https://{host}{path}"


def _leads_to(route: Route, path: str) -> bool:
    return path == route.path or (not route.exact and path.startswith(f"{route.path.rstrip('/')}/"))


def probe_manifests(hosts: Hosts, workloads: Iterable[Workload]) -> list[Manifest]:
    """What the blackbox exporter asks, from outside: the front end, and what ``workloads`` show of their health."""
    targets = [f"https://{hosts.web}/", *dict.fromkeys(public_health(workloads))]
    return [
        ProbeResource(
            metadata=ObjectMeta(
                name="public-names",
                namespace=MONITORING,
                labels=standard_labels(BLACKBOX, component=_COMPONENT, part_of=_PART_OF),
            ),
            spec=ProbeSpec(
                jobName="public-names",
                interval=f"{PROBE_SECONDS}s",
                module=_MODULE,
                prober=Prober(url=f"{BLACKBOX}.{MONITORING}.svc.cluster.local:9115"),
                targets=ProbeTargets(staticConfig=StaticTargets(static=targets)),
            ),
        )
    ]
