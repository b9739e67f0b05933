"""AgentFleet: the coordinator and the agents, all from settings; a new agent is a few lines."""

from components.agent_fleet.component import AgentFleet
from components.agent_fleet.settings import Agent, AgentFleetSettings, ResolvedAgent, check
from components.agent_fleet.stores import check_stores
from components.agent_fleet.workloads import budgets, repositories, secrets, workloads

__all__ = [
    "Agent",
    "AgentFleet",
    "AgentFleetSettings",
    "ResolvedAgent",
    "budgets",
    "check",
    "check_stores",
    "repositories",
    "secrets",
    "workloads",
]
