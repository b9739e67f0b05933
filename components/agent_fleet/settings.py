"""What a stack file says about its agents, and what is refused of it. A new agent is a few lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from components.context import Region
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import Delivery
from components.mcp_platform.envoy import MAX_CALLERS
from components.mcp_platform.settings import SECTION as MCP_SECTION
from components.mcp_platform.settings import (
    ExternalHost,
    McpPlatformSettings,
    ToolName,
)
from components.model import Problem, Quantities, Resources, Settings, Slug, Unique, refuse, refuse_all
from components.workload_settings import OwnImage, QueueScaling, ServerScaling, WorkerScaling, among

SECTION: Final = "agents"
"""The section's key in a stack file, and first part of the path of every problem that ``check`` finds."""
NAMESPACE: Final = "mcp-agents"
COORDINATOR: Final = "coordinator"
DEFAULT_PORT: Final = 8888
"""The coordinator's."""

_MODELS: Final = f"{SECTION}.models"

_PROFILE: Final = re.compile(r"us\.[a-z0-9-]+\.[a-z0-9][a-z0-9.:-]*")


def _us_profile(value: str) -> str:
    if not _PROFILE.fullmatch(value):
        refuse(
            "a cross-region inference profile of the US, such as us.anthropic.claude-sonnet-4-5-20250929-v1:0: newer "
            "models answer only through profiles, and those of other geographies (global., eu.) leave the country",
            value=value,
        )
    return value


class BedrockModel(Settings):
    """A model on Amazon Bedrock, reached with the agent's own identity."""

    kind: Literal["bedrock"]
    profile: Annotated[str, AfterValidator(_us_profile)]
    """Inference profile id. Of the US: a profile decides where a call may be answered."""
    regions: Annotated[list[Region], Field(min_length=1), Unique]
    """Every region that the profile may route to; the identity needs the model in each (Bedrock user guide,
    "Prerequisites for inference profiles")."""

    @property
    def foundation_model(self) -> str:
        """The model's id: a profile of the US is called by it with the geography in front."""
        return self.profile.removeprefix("us.")


class ApiModel(Settings):
    """A model behind a vendor's API, reached through the egress proxy with a key from Secrets Manager."""

    kind: Literal["api"]
    host: ExternalHost
    """The API's host, ``api.example.com``."""
    model: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$")]
    """The vendor's name of the model."""
    secret_name: Slug
    """Secret that holds the key, ``<platform>/<env>/mcp-agents/<name>``; mounted as a file."""


ModelAccess = Annotated[BedrockModel | ApiModel, Field(discriminator="kind")]
"""How a language model is reached."""

Placement = Literal["spot", "on_demand"]
Priority = Literal["high", "normal", "low"]
UsdPerDay = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]

AGENT_RESOURCES: Final = Resources(
    requests=Quantities(cpu="100m", memory="256Mi"), limits=Quantities(cpu="500m", memory="512Mi")
)


class AgentDefaults(Settings):
    """What an agent has that doesn't say otherwise."""

    image: OwnImage | None = None
    """Left out: every agent names its own."""
    model: Slug | None = None
    """A key of ``models``. Left out: every agent names its own."""
    scaling: WorkerScaling = QueueScaling(kind="queue")
    """How many replicas: by the length of its list, by load, or fixed."""
    placement: Placement = "spot"
    """Agents take tasks from a list and give them back when they are stopped, so spot is the rule."""
    priority: Priority = "normal"
    """Who goes first where room is short."""
    budget_usd_per_day: UsdPerDay = 10
    """What an agent's model calls may cost a day, in US dollars."""
    resources: Resources = AGENT_RESOURCES
    """Of each replica."""
    delivery: Delivery = "pulumi"
    """Who applies its objects: the update itself, or Argo CD from the rendered branch."""


class Agent(Settings):
    """One agent. What it leaves out it takes from ``defaults``."""

    role: Annotated[str, StringConstraints(min_length=3, max_length=200, strip_whitespace=True)]
    """What it is for, in a sentence; the agent is told."""
    servers: Annotated[list[Slug], Unique] = []
    """MCP servers that it uses. Each server's profile must name the agent."""
    approval_tools: Annotated[list[ToolName], Unique] = []
    """Tools of those servers that need a human's approval before each call."""
    image: OwnImage | None = None
    model: Slug | None = None
    """A key of ``models``."""
    scaling: WorkerScaling | None = None
    placement: Placement | None = None
    """``spot``: may be stopped with two minutes' notice. ``on_demand``: stays."""
    priority: Priority | None = None
    """Who goes first where room is short."""
    budget_usd_per_day: UsdPerDay | None = None
    """What its model calls may cost a day, in US dollars. The agent is given it and stops there; alerts watch it."""
    resources: Resources | None = None
    delivery: Delivery | None = None
    """Who applies its objects, ``pulumi`` or ``argocd``."""


class Coordinator(Settings):
    """The service that takes requests and puts tasks on the agents' lists."""

    image: OwnImage
    """The image that it runs, in the stack's own registry."""
    port: Annotated[int, Field(ge=1024, le=65535, strict=True)] = DEFAULT_PORT
    """Serves requests, ``/health`` and ``/metrics``. Above 1023, since the process is not root."""
    scaling: ServerScaling = ResourceScaling(min_replicas=2, max_replicas=4)
    """How many replicas."""
    resources: Resources = Resources()
    """Of each replica."""
    delivery: Delivery = "pulumi"
    """Who applies its objects, ``pulumi`` or ``argocd``."""


class AgentFleetSettings(Settings):
    """The coordinator, the agents and the models that they use."""

    models: dict[Slug, ModelAccess]
    """Language models by a name of our own."""
    defaults: AgentDefaults = AgentDefaults()
    """For every agent that doesn't say otherwise."""
    queue_user: Slug = "agents"
    """User of the cache ``queue`` as whom the coordinator and the agents sign in."""
    scaler_user: Slug = "keda"
    """User of the cache ``queue`` as whom the autoscaler reads how long the lists are; it needs no content."""
    coordinator: Coordinator
    """Takes requests and hands their parts to the agents."""
    agents: Annotated[dict[Slug, Agent], Field(min_length=1)]
    """The agents by name."""

    @field_validator("defaults")
    @classmethod
    def _known_model(cls, value: AgentDefaults, info: ValidationInfo) -> AgentDefaults:
        models = info.data.get("models")
        if models is not None and value.model is not None and value.model not in models:
            refuse(among(models, value.model, where=_MODELS), value=value.model, at=["model"])
        return value

    @field_validator("agents")
    @classmethod
    def _whole(cls, value: dict[str, Agent], info: ValidationInfo) -> dict[str, Agent]:
        refuse_all(_incomplete(value, info.data.get("models"), info.data.get("defaults")))
        return value

    def resolved(self) -> Iterator[ResolvedAgent]:
        """Every agent with the defaults filled in, in the file's order."""
        for name, agent in self.agents.items():
            yield _resolve(name, agent, self.defaults, self.models)


@dataclass(frozen=True, slots=True)
class ResolvedAgent:
    """An agent with the defaults filled in."""

    name: str
    role: str
    servers: tuple[str, ...]
    approval_tools: tuple[str, ...]
    image: OwnImage
    model: BedrockModel | ApiModel
    scaling: WorkerScaling
    placement: Placement
    priority: Priority
    budget_usd_per_day: float
    resources: Resources
    delivery: Delivery


def _resolve(
    name: str, agent: Agent, defaults: AgentDefaults, models: Mapping[str, BedrockModel | ApiModel]
) -> ResolvedAgent:
    image, model = agent.image or defaults.image, agent.model or defaults.model
    if image is None or model is None:  # the validator has refused it
        raise ValueError(f"agent {name} has no image or no model")
    return ResolvedAgent(
        name=name,
        role=agent.role,
        servers=tuple(agent.servers),
        approval_tools=tuple(agent.approval_tools),
        image=image,
        model=models[model],
        scaling=agent.scaling or defaults.scaling,
        placement=agent.placement or defaults.placement,
        priority=agent.priority or defaults.priority,
        budget_usd_per_day=agent.budget_usd_per_day or defaults.budget_usd_per_day,
        resources=agent.resources or defaults.resources,
        delivery=agent.delivery or defaults.delivery,
    )


def _incomplete(
    agents: Mapping[str, Agent], models: Mapping[str, object] | None, defaults: AgentDefaults | None
) -> Iterator[Problem]:
    if COORDINATOR in agents:
        yield Problem((COORDINATOR,), COORDINATOR, "another name: the coordinator has this one")
    for name, agent in agents.items():
        if agent.model is not None and models is not None and agent.model not in models:
            yield Problem((name, "model"), agent.model, among(models, agent.model, where=_MODELS))
        if defaults is None:
            continue
        if agent.model is None and defaults.model is None:
            yield Problem((name, "model"), ..., "must be given, here or in defaults: a key of models")
        if agent.image is None and defaults.image is None:
            yield Problem((name, "image"), ..., "must be given, here or in defaults")


def check(agents: AgentFleetSettings, mcp: McpPlatformSettings) -> Iterator[Problem]:
    """What must hold between the agents and the servers that they use.

    One mistake gives one problem: where a name is misspelt on one side, what follows from it on the other is not told.
    """
    yield from _servers_of_agents(agents, mcp)
    yield from _agents_of_profiles(agents, mcp)
    yield from _idle_models(agents)
    yield from _too_many_callers(agents, mcp)


def _servers_of_agents(agents: AgentFleetSettings, mcp: McpPlatformSettings) -> Iterator[Problem]:
    allowed = {name: frozenset(server.profile.agents) for name, server in mcp.servers.items()}
    offered = {name: frozenset(server.profile.tools) for name, server in mcp.servers.items()}
    misspelt = {name for name, names in allowed.items() if not names <= agents.agents.keys()}
    for name, agent in agents.agents.items():
        at = (SECTION, "agents", name)
        for index, server in enumerate(agent.servers):
            if server not in allowed:
                yield Problem(
                    (*at, "servers", index), server, among(mcp.servers, server, where=f"{MCP_SECTION}.servers")
                )
            elif name not in allowed[server] and server not in misspelt:
                profile = f"{MCP_SECTION}.servers.{server}.profile.agents"
                yield Problem((*at, "servers", index), server, f"a server whose profile names {name} (under {profile})")
        if all(server in offered for server in agent.servers):
            tools = frozenset[str]().union(*(offered[server] for server in agent.servers))
            for index, tool in enumerate(agent.approval_tools):
                if tool not in tools:
                    yield Problem(
                        (*at, "approval_tools", index), tool, among(sorted(tools), tool, where="tools of its servers")
                    )


def _agents_of_profiles(agents: AgentFleetSettings, mcp: McpPlatformSettings) -> Iterator[Problem]:
    used = {name: frozenset(agent.servers) for name, agent in agents.agents.items()}
    misspelt = {name for name, servers in used.items() if not servers <= mcp.servers.keys()}
    for name, server in mcp.servers.items():
        for index, agent in enumerate(server.profile.agents):
            path = (MCP_SECTION, "servers", name, "profile", "agents", index)
            if agent not in used:
                yield Problem(path, agent, among(used, agent, where=f"{SECTION}.agents"))
            elif name not in used[agent] and agent not in misspelt:
                allowed = f"an agent that uses the server (under {SECTION}.agents.{agent}.servers); else leave it out"
                yield Problem(path, agent, allowed)


def _idle_models(agents: AgentFleetSettings) -> Iterator[Problem]:
    used = {agent.model or agents.defaults.model for agent in agents.agents.values()}
    for name in agents.models:
        if name not in used:
            yield Problem((SECTION, "models", name), name, "a model that an agent uses; else leave it out")


def _too_many_callers(agents: AgentFleetSettings, mcp: McpPlatformSettings) -> Iterator[Problem]:
    behind_api = sum(isinstance(agent.model, ApiModel) for agent in agents.resolved())
    callers = behind_api + sum(bool(server.profile.external_hosts) for server in mcp.servers.values())
    if callers > MAX_CALLERS:
        allowed = f"at most {MAX_CALLERS} servers and agents that call hosts outside: the proxy's configuration is full"
        yield Problem((SECTION, "agents"), f"{callers} callers of hosts outside", allowed)
