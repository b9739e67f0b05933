"""The settings of one stack: the sum of what each component declares, read in one place.

``StackSettings.load()`` is the only reader of configuration. It reports every wrong key in one run, each once, with
file, key, value and what is allowed, as a ``pulumi.RunError``: the engine prints that without a traceback.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final, cast

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from components.agent_fleet import AgentFleetSettings
from components.agent_fleet import check as check_agents
from components.agent_fleet import check_stores as check_agent_stores
from components.cluster_plan import Sections
from components.cluster_plan import check as check_plan
from components.cluster_services import ClusterServicesSettings
from components.cluster_services import check as check_services
from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.data_layer import check as check_data
from components.eks_cluster import ClustersSettings
from components.eks_cluster import check as check_clusters
from components.eks_cluster import check_zones as check_cluster_zones
from components.mcp_platform import McpPlatformSettings
from components.model import Problem, Settings, attribute_docs
from components.networking import NetworkingSettings
from components.networking import check as check_networking
from components.observability import ObservabilitySettings
from components.observability import check as check_observability
from settings.problems import MISSING, dotted, show, validate
from settings.secrets import secret_looking


class StackSettings(Settings):
    """Everything that a stack file may say, one key a component."""

    stack: StackIdentity
    """Which stack this is: product, environment, account, region, owner, phase."""
    networking: NetworkingSettings
    """The VPC and its tiers."""
    clusters: ClustersSettings
    """The EKS clusters by key: version, endpoint, access, nodes, add-ons."""
    services: ClusterServicesSettings = ClusterServicesSettings()
    """The operators of the clusters."""
    data: DataLayerSettings
    """The stores: database, caches, tables, buckets, registry, secrets."""
    mcp: McpPlatformSettings
    """The MCP servers: image, transport, permission profile, scaling."""
    agents: AgentFleetSettings
    """The agents: role, model, MCP servers, scaling, budget, approvals."""
    observability: ObservabilitySettings
    """Metrics, logs, alerts and who is told."""

    @property
    def sections(self) -> Sections:
        """What decides what runs in a cluster."""
        return Sections(self.stack, self.networking, self.services, self.data, self.mcp, self.agents)

    @classmethod
    def load(cls) -> StackSettings:
        """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
        project, stack = pulumi.get_project(), pulumi.get_stack()
        return cls.parse(_configuration(project), project=project, file=f"Pulumi.{stack}.yaml")

    @classmethod
    def parse(cls, raw: Mapping[str, object], *, project: str, file: str) -> StackSettings:
        """``raw`` (the project's keys without their namespace) as settings; ``file`` is named in the errors."""
        problems: list[Problem] = []
        sections: dict[str, object] = {}
        for key in raw:
            if key not in cls.model_fields:
                known = ", ".join(cls.model_fields)
                problems.append(Problem((key,), raw[key], f"no such key; allowed are {known}"))
        for key, field in cls.model_fields.items():
            if key not in raw and not field.is_required():
                sections[key] = field.get_default(call_default_factory=True)
                continue
            annotation = Annotated[field.annotation, field] if field.metadata else field.annotation
            if key not in raw:
                problems.append(Problem((key,), MISSING, f"must be given: {attribute_docs(cls)[key]}"))
                continue
            leaks = list(secret_looking(raw[key], (key,)))
            value, found = validate(annotation, raw[key])
            hidden = {leak.path for leak in leaks}
            rest = [p for p in ((Problem((key, *p.path), p.value, p.allowed)) for p in found) if p.path not in hidden]
            problems += leaks + rest
            if not leaks and not rest:
                sections[key] = value
        for needs, check in CHECKS:
            if all(need in sections for need in needs):
                problems += check(*(cast("Any", sections[need]) for need in needs))
        if problems:
            raise pulumi.RunError(_message(problems, project=project, file=file))
        return cls.model_construct(**cast("dict[str, Any]", sections))


CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[..., Iterator[Problem]]], ...]] = (
    (("stack", "networking"), check_networking),
    (("clusters", "stack"), check_clusters),
    (("clusters", "networking"), check_cluster_zones),
    (("stack", "clusters", "services"), check_services),
    (("stack", "data"), check_data),
    (("agents", "mcp"), check_agents),
    (("data", "mcp", "agents"), check_agent_stores),
    (("stack", "observability"), check_observability),
    (("stack", "networking", "clusters", "services", "data", "mcp", "agents"), check_plan),
)
"""What must hold between sections: which sections a check needs, and the check. It runs only where those are right."""


def _configuration(project: str) -> dict[str, object]:
    """Every key of the project's namespace, decoded."""
    prefix = f"{project}:"
    found: dict[str, object] = {}
    for key, value in {**get_config_env(), **CONFIG.get()}.items():
        if key.startswith(prefix):
            found[key.removeprefix(prefix)] = _decoded(value)
    return found


def _decoded(value: object) -> object:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _message(problems: list[Problem], *, project: str, file: str) -> str:
    count = "1 wrong key" if len(problems) == 1 else f"{len(problems)} wrong keys"
    lines = [f"{file}: {count}"]
    for problem in problems:
        lines.append(f"  {project}:{dotted(problem.path)} = {show(problem.value)}")
        lines.append(f"    allowed: {problem.allowed}")
    return "\n".join(lines)


__all__ = ["CHECKS", "StackSettings"]
