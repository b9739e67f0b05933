from __future__ import annotations

from components.database_access import database_login
from components.kubernetes.paths import ToDatabase, ToWorkload
from components.naming import Names

NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")


def test_a_service_signs_in_by_files_and_reaches_the_pooler() -> None:
    login = database_login("backend", "toolboxai-dev", NAMES)
    files, authority = login.secrets
    assert files.remote == "toolboxai/dev/toolboxai-dev/database-backend-login"
    assert set(files.keys) == {"username", "password", "dbname", "port", "host", "direct_host"}
    assert authority.remote == "toolboxai/dev/toolboxai-dev/database-authority"
    assert login.environment == {
        "DATABASE_CREDENTIALS": "/var/run/secrets/platform/database",
        "DATABASE_AUTHORITY": "/var/run/secrets/platform/database-authority/bundle",
    }
    assert login.pooled == ToWorkload("database", "pgbouncer", "postgres")
    assert login.direct == ToDatabase(5432)
