"""SecurityBaseline: what protects an account and region, whatever stands in it. Made by the project ``account/``."""

from components.security_baseline.buckets import AccountBucket, BucketPlan
from components.security_baseline.component import SecurityBaseline
from components.security_baseline.keys import AccountKeys, AccountPurpose
from components.security_baseline.settings import BaselineSettings, check

__all__ = [
    "AccountBucket",
    "AccountKeys",
    "AccountPurpose",
    "BaselineSettings",
    "BucketPlan",
    "SecurityBaseline",
    "check",
]
