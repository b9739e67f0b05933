"""DatabaseAccess: who gets to the database and how. ``login`` is what services take from it."""

from components.database_access.login import DatabaseLogin, database_login

__all__ = ["DatabaseLogin", "database_login"]
