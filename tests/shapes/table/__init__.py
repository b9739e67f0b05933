"""Every AWS type of the stacks' graphs: the requests that make it, or why there is none."""

from __future__ import annotations

from tests.shapes.requests import Row
from tests.shapes.table.buckets import BUCKETS
from tests.shapes.table.compute import COMPUTE
from tests.shapes.table.data import DATA
from tests.shapes.table.edge import EDGE
from tests.shapes.table.identity import IDENTITY
from tests.shapes.table.network import NETWORK
from tests.shapes.table.security import SECURITY
from tests.shapes.table.watching import WATCHING

ROWS: dict[str, Row] = {**BUCKETS, **COMPUTE, **DATA, **EDGE, **IDENTITY, **NETWORK, **SECURITY, **WATCHING}

WITHOUT: dict[str, str] = {
    "aws:acm/certificateValidation:CertificateValidation": "waits for a certificate and makes nothing",
}
"""Types for which no request is sent, each with the reason."""

LOOSE: dict[str, str] = {
    "ResourceType": "AWS Backup's own names have spaces: SAP HANA on Amazon EC2, Redshift Serverless, Storage Gateway",
}
"""Patterns of the models that AWS itself doesn't hold requests against, by shape, each with the reason."""
