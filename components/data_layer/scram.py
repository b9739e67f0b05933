"""SCRAM-SHA-256 secrets: what PostgreSQL and PgBouncer keep of a password, from which it can't be had back."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import Final

ITERATIONS: Final = 4096
"""PostgreSQL's own number (``scram_iterations``)."""


def scram_secret(password: str, salt: str) -> str:
    """The secret of ``password`` (ASCII) in the form that ``pg_authid`` holds it. ``salt`` is base64.

    RFC 5802 and 7677: ``SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>``.
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), b64decode(salt, validate=True), ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored, server = (b64encode(key).decode() for key in (stored_key, server_key))
    return f"SCRAM-SHA-256${ITERATIONS}:{salt}${stored}:{server}"
