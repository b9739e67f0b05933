"""The policy packs beside a run, through their own analyzer servers."""

from sandbox.policies.model import PackFailed, PackReport, PolicyConfigRefused, Remediated, Verdict, Violation
from sandbox.policies.runner import Packs, packs

__all__ = [
    "PackFailed",
    "PackReport",
    "Packs",
    "PolicyConfigRefused",
    "Remediated",
    "Verdict",
    "Violation",
    "packs",
]
