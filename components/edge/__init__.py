"""Edge: the way in. DNS, certificates, CloudFront, firewalls, and who may reach the load balancer."""

from components.edge.component import Edge
from components.edge.firewall_rules import ManagedGroup
from components.edge.hosts import Hosts
from components.edge.settings import CreatedZone, DistributionSettings, EdgeSettings, ExistingZone, check

__all__ = [
    "CreatedZone",
    "DistributionSettings",
    "Edge",
    "EdgeSettings",
    "ExistingZone",
    "Hosts",
    "ManagedGroup",
    "check",
]
