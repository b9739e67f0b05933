"""Delivery: who brings a workload into a cluster, what Argo CD finds in the rendered branch, and what it may do."""

from components.delivery.component import Delivery
from components.delivery.settings import DeliverySettings, check
from components.delivery.tree import rendered_tree

__all__ = ["Delivery", "DeliverySettings", "check", "rendered_tree"]
