"""DatabaseAccess: who gets to the database and how. ``login`` is what services take from it."""

from components.database_access.check import check
from components.database_access.component import DatabaseAccess
from components.database_access.login import DatabaseLogin, database_login
from components.database_access.mysql import MysqlLogin, mysql_login
from components.database_access.settings import DatabaseAccessSettings

__all__ = [
    "DatabaseAccess",
    "DatabaseAccessSettings",
    "DatabaseLogin",
    "MysqlLogin",
    "check",
    "database_login",
    "mysql_login",
]
