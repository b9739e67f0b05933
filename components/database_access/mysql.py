"""The way to MySQL: what a service takes, and the job that makes databases and users before services need them.

A service is listed in the stack file under ``data.mysql.services``. Its workload goes to the instance directly, by TLS
(``ssl-mode=VERIFY_IDENTITY``, the authorities in the file that ``MYSQL_AUTHORITY`` names); its migration likewise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.data_layer.mysql import PORT, MysqlService, user_name
from components.data_layer.mysql_logins import LOGIN_KEYS, USERS_SECRET, mysql_login_secret, mysql_serial
from components.data_layer.services import NAMESPACE
from components.database_access.bootstrap import ADMIN, ADMIN_KEYS, MANAGED
from components.database_access.login import BUNDLE, authority
from components.database_access.pooler import PART_OF
from components.kubernetes.paths import ToDatabase
from components.kubernetes.workload import SecretFiles, Workload
from components.model import Quantities, Resources
from components.naming import Names
from components.upstream import upstream

NAME: Final = "mysql-bootstrap"
LOGIN: Final = "mysql"
"""Name of the files of a service's login."""
PATH: Final = ToDatabase(PORT)
_SCRIPT: Final = "/etc/bootstrap/bootstrap.sh"
_USERS: Final = "users"

SCRIPT: Final = """\
#!/bin/sh
# Databases and users, by SQL that may run any number of times. Who is named no more keeps its user, whose password
# nobody has: drop it by hand, with its database.
set -eu
until [ "$(cat "$USER_FILES/serial")" = "$SERIAL" ]; do
  echo "waiting for the users of $SERIAL"
  sleep 5
done
umask 077
# an option file reads backslashes as escapes
password=$(sed 's/\\\\/\\\\\\\\/g' "$ADMIN_FILES/password")
{
  printf '[client]\\nhost=%s\\nport=%s\\n' "$(cat "$USER_FILES/host")" "$MYSQL_PORT"
  printf 'user=%s\\npassword="%s"\\n' "$(cat "$ADMIN_FILES/username")" "$password"
  printf 'ssl-mode=VERIFY_IDENTITY\\nssl-ca=%s\\nconnect-timeout=60\\n' "$MYSQL_AUTHORITY"
} > "$HOME/client.cnf"
for user in $USERS; do
  # letters, digits and underscores alone; a grant reads an underscore of a database as any letter
  secret=$(cat "$USER_FILES/user-$user")
  pattern=$(printf '%s' "$user" | sed 's/_/\\\\_/g')
  {
    printf 'CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4;\\n' "$user"
    printf "CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s' REQUIRE SSL;\\n" "$user" "$secret"
    printf "ALTER USER '%s'@'%%' IDENTIFIED BY '%s' REQUIRE SSL;\\n" "$user" "$secret"
    printf "GRANT ALL PRIVILEGES ON \\`%s\\`.* TO '%s'@'%%';\\n" "$pattern" "$user"
  } | mysql --defaults-extra-file="$HOME/client.cnf"
done
"""


@dataclass(frozen=True)
class MysqlLogin:
    """What one service needs for its database."""

    secrets: tuple[SecretFiles, ...]
    environment: Mapping[str, str]
    """``MYSQL_CREDENTIALS``: directory with a file for each of ``LOGIN_KEYS``. ``MYSQL_AUTHORITY``: a file."""
    direct: ToDatabase = PATH


def mysql_login(service: str, namespace: str, names: Names) -> MysqlLogin:
    """What the workload of ``service`` (a key of ``data.mysql.services``) in ``namespace`` takes."""
    login = SecretFiles(name=LOGIN, remote=mysql_login_secret(names, service, namespace), keys=LOGIN_KEYS)
    bundle = authority(namespace, names)
    return MysqlLogin(
        secrets=(login, bundle),
        environment={"MYSQL_CREDENTIALS": login.path, "MYSQL_AUTHORITY": f"{bundle.path}/{BUNDLE}"},
    )


def mysql_bootstrap(services: Mapping[str, MysqlService], names: Names) -> Workload:
    """The job. The master user's secret is named by RDS, and laid over when it is known."""
    users: Sequence[str] = [user_name(service) for service in services]
    serial = mysql_serial(services)
    keys = ("host", "serial", *(f"user-{user}" for user in users))
    made = SecretFiles(name=_USERS, remote=names.secret(NAMESPACE, USERS_SECRET), keys=keys, revision=serial)
    login = SecretFiles(name=ADMIN, remote=MANAGED, keys=ADMIN_KEYS, revision=serial)
    authorities = authority(NAMESPACE, names)
    return Workload(
        namespace=NAMESPACE,
        name=NAME,
        component="database-bootstrap",
        part_of=PART_OF,
        kind="Job",
        image=upstream("mysql", names),
        command=("sh", _SCRIPT),
        files={_SCRIPT: SCRIPT},
        env={
            "SERIAL": serial,
            "USERS": " ".join(users),
            "USER_FILES": made.path,
            "ADMIN_FILES": login.path,
            "MYSQL_PORT": str(PORT),
            "MYSQL_AUTHORITY": f"{authorities.path}/{BUNDLE}",
            "HOME": "/tmp",  # noqa: S108 - the container's own
        },
        secrets=(login, made, authorities),
        resources=Resources(
            requests=Quantities(cpu="20m", memory="64Mi"), limits=Quantities(cpu="200m", memory="192Mi")
        ),
        calls=(PATH,),
        deadline_seconds=900,
        retries=5,
    )
