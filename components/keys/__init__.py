"""Keys: one customer managed KMS key a purpose, made before anything that it encrypts."""

from components.keys.component import RECOVERED, ROTATION_DAYS, Keys, StackKey
from components.keys.policies import Document, Purpose, Statement, policy

__all__ = [
    "RECOVERED",
    "ROTATION_DAYS",
    "Document",
    "Keys",
    "Purpose",
    "StackKey",
    "Statement",
    "policy",
]
