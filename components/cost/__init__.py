"""Cost: a budget a stack with its alerts, and who is told of anomalies.

What a stack is estimated to cost is no matter of the program: the governance pack has the prices, and its rule
``stack-budget`` reads the limit of the budget that is made here.
"""

from components.cost.component import THRESHOLDS, TOPIC, Cost, Threshold, cost_filters, topic_policy
from components.cost.settings import CostSettings, check

__all__ = [
    "THRESHOLDS",
    "TOPIC",
    "Cost",
    "CostSettings",
    "Threshold",
    "check",
    "cost_filters",
    "topic_policy",
]
