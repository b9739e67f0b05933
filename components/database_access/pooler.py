"""PgBouncer as a workload: pure, with its configuration; only where the database is comes from a secret."""

from __future__ import annotations

from typing import Final

from components.data_layer.services import EXPORTER, NAMESPACE, POOLER, POOLER_SECRET
from components.database_access.login import BUNDLE, PORT_NAME, authority
from components.database_access.settings import PoolerSettings
from components.kubernetes.paths import POSTGRES_PORT, ToDatabase
from components.kubernetes.priority import PLATFORM
from components.kubernetes.workload import ContainerPort, Probe, Probes, SecretFiles, Workload
from components.naming import Names
from components.upstream import upstream

PART_OF: Final = "data-layer"
SERVER_IDLE_SECONDS: Final = 60
"""After this long an idle connection to the database is closed. Below the 300 s after which Aurora Serverless pauses,
so that a pooler without clients doesn't keep it awake."""
_CONFIG: Final = "/etc/pgbouncer/pgbouncer.ini"
_START: Final = "/etc/pgbouncer/start.sh"
_SERVER: Final = "server"

START: Final = """\
#!/bin/sh
# PgBouncer reads its users once. The Secret is renewed a little after the configuration that came with it, so wait for
# the one that this pod was made for.
set -eu
until [ "$(cat "$SERVER_FILES/serial")" = "$SERIAL" ]; do
  echo "waiting for the users of $SERIAL"
  sleep 2
done
pgbouncer "$PGBOUNCER_CONFIG" &
# TERM would wait until every client has left by itself; INT ends when the running transactions have
trap 'kill -INT $!' TERM
wait $! || true
wait $!
"""


def config(settings: PoolerSettings, *, server: str, authorities: str) -> str:
    """``pgbouncer.ini``. ``server`` is the directory with the files ``server`` and ``users``, ``authorities`` a file.

    Clients sign in by SCRAM over plain TCP: who may connect is decided by network policies, and traffic from pod to pod
    is not encrypted (decisions 15 and 22). The way to the database is always TLS, its certificate verified.
    """
    return f"""\
%include {server}/server
[pgbouncer]
listen_addr = 0.0.0.0
listen_port = {POSTGRES_PORT}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {server}/users
stats_users = {EXPORTER}
client_tls_sslmode = disable
server_tls_sslmode = verify-full
server_tls_ca_file = {authorities}
server_tls_protocols = secure
pool_mode = transaction
default_pool_size = {settings.default_pool_size}
min_pool_size = 0
max_db_connections = {settings.max_db_connections}
max_client_conn = {settings.max_client_connections}
max_prepared_statements = 200
server_idle_timeout = {SERVER_IDLE_SECONDS}
idle_transaction_timeout = 300
query_wait_timeout = 60
dns_max_ttl = 15
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
"""


def pooler(settings: PoolerSettings, names: Names, serial: str) -> Workload:
    """The pooler. ``serial`` changes with who signs in, and has the pods made anew."""
    server = SecretFiles(
        name=_SERVER, remote=names.secret(NAMESPACE, POOLER_SECRET), keys=("server", "users", "serial"), revision=serial
    )
    authorities = authority(NAMESPACE, names)
    return Workload(
        namespace=NAMESPACE,
        name=POOLER,
        component="connection-pooler",
        part_of=PART_OF,
        image=upstream("pgbouncer", names),
        command=("sh", _START),
        files={
            _CONFIG: config(settings, server=server.path, authorities=f"{authorities.path}/{BUNDLE}"),
            _START: START,
        },
        env={"SERIAL": serial, "SERVER_FILES": server.path, "PGBOUNCER_CONFIG": _CONFIG},
        secrets=(server, authorities),
        ports=(ContainerPort(name=PORT_NAME, number=POSTGRES_PORT),),
        replicas=settings.replicas,
        resources=settings.resources,
        # the Secret may take minutes to follow
        probes=Probes(liveness=Probe(port=PORT_NAME), startup_budget_seconds=300),
        # whatever waits for it, waits for the database
        priority_class=PLATFORM,
        calls=(ToDatabase(),),
        grace_seconds=60,
    )
