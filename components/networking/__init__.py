"""Networking: the VPC, its three tiers, the ways in and out of it, and the record of what passed."""

from components.networking.component import Networking
from components.networking.plan import Tier
from components.networking.settings import InterfaceEndpoint, NetworkingSettings, check

__all__ = [
    "InterfaceEndpoint",
    "Networking",
    "NetworkingSettings",
    "Tier",
    "check",
]
