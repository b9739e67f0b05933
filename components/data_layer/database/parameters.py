"""PostgreSQL's parameters: TLS, an audit trail, and logs without pupils' data in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Parameter:
    """One parameter of a group. A static one waits for a restart; RDS reports any other method back as a change."""

    name: str
    value: str
    static: bool = False

    @property
    def apply_method(self) -> Literal["immediate", "pending-reboot"]:
        """When it takes effect."""
        return "pending-reboot" if self.static else "immediate"


POSTGRESQL: Final = (
    Parameter("rds.force_ssl", "1"),
    Parameter("ssl_min_protocol_version", "TLSv1.2"),
    # the extensions themselves are made by the bootstrap job
    Parameter("shared_preload_libraries", "pg_stat_statements,pgaudit", static=True),
    # who changed what, and whose rights: reads are audited by role, where the bootstrap job says so
    Parameter("pgaudit.log", "ddl,role,write"),
    Parameter("log_connections", "1"),
    Parameter("log_disconnections", "1"),
    Parameter("log_statement", "ddl"),
    Parameter("log_min_duration_statement", "1000"),
    # statements in the log, never the values bound to them: those may be pupils' data
    Parameter("log_parameter_max_length", "0"),
    Parameter("log_parameter_max_length_on_error", "0"),
)
"""What every PostgreSQL of ours runs with, on Aurora and RDS alike."""
