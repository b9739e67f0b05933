"""The simulated cloud: what a provider would check, make and answer, by resource type and with no account."""

from __future__ import annotations

from sandbox.cloud.cloud import Cloud
from sandbox.cloud.provider import ProviderConfig
from sandbox.cloud.refusal import Refused

__all__ = ["Cloud", "ProviderConfig", "Refused"]
