"""What a service needs that keeps its data in the database: the contract between it and this component.

A service is listed in the stack file under ``data.services``. Its workload then takes, all of it pure:

- ``login.secrets``: files of its login and of the certificates that the database's own is checked against;
- ``login.environment``: where those files are;
- ``login.pooled`` among its ``calls``, for everything but migrations: PgBouncer, transaction pooling;
- ``login.direct`` among the calls of its migration job instead: the database itself, host ``direct_host``, by TLS
  (``sslmode=verify-full``, ``sslrootcert`` the file named by ``DATABASE_AUTHORITY``).

Transaction pooling leaves nothing of a session: no ``SET`` outside a transaction, no session-level advisory locks, no
``LISTEN``, no temporary tables that outlive a transaction. Prepared statements of the protocol work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from components.data_layer.services import CA_SECRET, NAMESPACE, POOLER, database_login_secret
from components.kubernetes.paths import ToDatabase, ToWorkload
from components.kubernetes.workload import SecretFiles
from components.naming import Names

PORT_NAME: Final = "postgres"
LOGIN_KEYS: Final = ("username", "password", "dbname", "port", "host", "direct_host")
LOGIN: Final = "database"
"""Name of the files of a service's login."""
AUTHORITY: Final = "database-authority"
"""Name of the files of the certificate authorities."""
BUNDLE: Final = "bundle"
"""The one file among them: PEM."""
POOLED: Final = ToWorkload(NAMESPACE, POOLER, PORT_NAME)
DIRECT: Final = ToDatabase()


@dataclass(frozen=True)
class DatabaseLogin:
    """What one service needs for its database."""

    secrets: tuple[SecretFiles, ...]
    environment: Mapping[str, str]
    """``DATABASE_CREDENTIALS``: directory with a file for each of ``LOGIN_KEYS``. ``DATABASE_AUTHORITY``: a file."""
    pooled: ToWorkload = POOLED
    direct: ToDatabase = DIRECT


def authority(namespace: str, names: Names) -> SecretFiles:
    """The certificates that the database's own is checked against, in a namespace that goes there."""
    return SecretFiles(name=AUTHORITY, remote=names.secret(namespace, CA_SECRET), keys=(BUNDLE,))


def database_login(service: str, namespace: str, names: Names) -> DatabaseLogin:
    """What the workload of ``service`` (a key of ``data.services``) in ``namespace`` takes."""
    login = SecretFiles(name=LOGIN, remote=database_login_secret(names, service, namespace), keys=LOGIN_KEYS)
    bundle = authority(namespace, names)
    return DatabaseLogin(
        secrets=(login, bundle),
        environment={"DATABASE_CREDENTIALS": login.path, "DATABASE_AUTHORITY": f"{bundle.path}/{BUNDLE}"},
    )
