"""What every topic's policy says alike."""

from __future__ import annotations

from components.keys import Statement


def tls_only(arn: str) -> Statement:
    """Nobody publishes to the topic ``arn`` without TLS."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
