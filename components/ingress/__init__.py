"""Ingress: the Gateway of a cluster, and the load balancer that its controller makes of it."""

from components.ingress.component import Ingress
from components.ingress.entry import CONTROLLER, public_gateway

__all__ = ["CONTROLLER", "Ingress", "public_gateway"]
