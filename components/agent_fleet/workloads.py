"""The coordinator and the agents as workloads: pure functions from settings, which need no cloud value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.agent_fleet.settings import (
    COORDINATOR,
    NAMESPACE,
    AgentFleetSettings,
    ApiModel,
    BedrockModel,
    ResolvedAgent,
)
from components.context import StackIdentity
from components.data_layer.cache import login_secret
from components.kubernetes.crds.keda import SecretTarget, TriggerAuthentication, TriggerAuthenticationSpec
from components.kubernetes.external_secret import external_secret
from components.kubernetes.labels import standard_labels
from components.kubernetes.manifest import Manifest
from components.kubernetes.paths import Call, ToAws, ToCache, ToExternal
from components.kubernetes.scaling import EventScaling, ResourceScaling
from components.kubernetes.workload import (
    GENERAL,
    ContainerPort,
    Metrics,
    Placement,
    Probe,
    Probes,
    SecretFiles,
    Workload,
)
from components.mcp_platform.settings import McpPlatformSettings
from components.mcp_platform.workloads import reached_by, replicas_of, url, without_endpoint
from components.naming import Names
from components.pod_identity import Grant
from components.workload_settings import FixedScaling, QueueScaling, WorkerScaling

PORT: Final = "http"
STATUS_PORT: Final = 8080
"""An agent's ``/health`` and ``/metrics``: nobody else calls it, it takes its tasks from its list."""
CACHE: Final = "cache"
"""Directory of the queue's login: files ``address`` (``host:port``), ``username`` and ``password``."""
SCALER: Final = "queue-scaler"
"""The autoscalers' login, one for all agents: it reads lengths and no content, and no pod of ours has it."""
_LOGIN: Final = ("address", "username", "password")
QUEUE_CACHE: Final = "queue"
"""The cache in which tasks wait: the one that the data layer never lets evict."""
SPOT: Final = "spot"
"""The node group or pool of spot instances, by the name that it has on every stack."""
MODEL_KEY: Final = "model-key"
GRACE_SECONDS: Final = 115
"""To finish a task or give it back; a spot instance is taken two minutes after its notice (EC2, spot interruptions)."""
_SERVERS: Final = "/etc/agent/servers.json"
_PART_OF: Final = "agent-fleet"


def queue(agent: str) -> str:
    """The list in the cache from which an agent takes its tasks."""
    return f"agents:{agent}"


def priority_class_name(priority: str) -> str:
    """The name of a priority's class."""
    return f"agents-{priority}"


def workloads(
    settings: AgentFleetSettings, mcp: McpPlatformSettings, identity: StackIdentity, names: Names
) -> list[Workload]:
    """The coordinator, then a workload for each agent in the file's order."""
    return [
        _coordinator(settings, names),
        *(_agent(agent, settings.queue_user, mcp, identity, names) for agent in settings.resolved()),
    ]


def _coordinator(settings: AgentFleetSettings, names: Names) -> Workload:
    coordinator = settings.coordinator
    scaling = coordinator.scaling
    return Workload(
        namespace=NAMESPACE,
        name=COORDINATOR,
        component="coordinator",
        part_of=_PART_OF,
        image=coordinator.image.in_registry(names),
        resources=coordinator.resources,
        ports=(ContainerPort(name=PORT, number=coordinator.port),),
        replicas=replicas_of(scaling),
        scaling=scaling if isinstance(scaling, ResourceScaling) else None,
        probes=Probes(liveness=Probe(port=PORT, path="/health")),
        priority_class=priority_class_name("high"),
        env={"COORDINATOR_PORT": str(coordinator.port), "QUEUE_PREFIX": queue(""), **_cache_environment()},
        secrets=(_cache_secret(settings.queue_user, names),),
        calls=(ToCache(),),
        metrics=Metrics(port=PORT),
        delivery=coordinator.delivery,
    )


def _agent(
    agent: ResolvedAgent, queue_user: str, mcp: McpPlatformSettings, identity: StackIdentity, names: Names
) -> Workload:
    return Workload(
        namespace=NAMESPACE,
        name=agent.name,
        component="agent",
        part_of=_PART_OF,
        image=agent.image.in_registry(names),
        resources=agent.resources,
        ports=(ContainerPort(name=PORT, number=STATUS_PORT),),
        replicas=agent.scaling.replicas if isinstance(agent.scaling, FixedScaling) else None,
        scaling=_scaling(agent.name, agent.scaling),
        probes=Probes(liveness=Probe(port=PORT, path="/health")),
        priority_class=priority_class_name(agent.priority),
        placement=Placement(group=SPOT if agent.placement == "spot" else GENERAL),
        env=_environment(agent, names),
        files={_SERVERS: servers_document(agent, mcp)},
        secrets=(_cache_secret(queue_user, names), *_model_secrets(agent, names)),
        identity=isinstance(agent.model, BedrockModel),
        calls=tuple(_calls(agent, mcp, identity)),
        metrics=Metrics(port=PORT),
        grace_seconds=GRACE_SECONDS,
        delivery=agent.delivery,
    )


def _scaling(agent: str, scaling: WorkerScaling) -> ResourceScaling | EventScaling | None:
    match scaling:
        case FixedScaling():
            return None
        case ResourceScaling():
            return scaling
        case QueueScaling():
            return scaling.on(queue(agent), authentication=SCALER)


def scaler_manifests(settings: AgentFleetSettings, names: Names) -> list[Manifest]:
    """The autoscalers' login, where an agent scales by its list."""
    if not any(isinstance(agent.scaling, QueueScaling) for agent in settings.resolved()):
        return []
    labels = standard_labels(SCALER, component="agent", part_of=_PART_OF)
    remote = login_secret(names, QUEUE_CACHE, settings.scaler_user, NAMESPACE)
    return [
        external_secret(NAMESPACE, SCALER, remote=remote, keys=_LOGIN, labels=labels),
        TriggerAuthentication(
            metadata=ObjectMeta(name=SCALER, namespace=NAMESPACE, labels=labels),
            spec=TriggerAuthenticationSpec(
                secretTargetRef=[SecretTarget(parameter=key, name=SCALER, key=key) for key in _LOGIN]
            ),
        ),
    ]


def servers_document(agent: ResolvedAgent, mcp: McpPlatformSettings) -> str:
    """What the agent is told of the servers it uses: where they are, and which of their tools need a human's leave."""
    approval = frozenset(agent.approval_tools)
    return json.dumps(
        {
            name: {
                "url": url(name, mcp),
                "transport": mcp.servers[name].transport,
                "approval_tools": [tool for tool in mcp.servers[name].profile.tools if tool in approval],
            }
            for name in agent.servers
        },
        indent=1,
    )


def _environment(agent: ResolvedAgent, names: Names) -> dict[str, str]:
    environment = {
        "AGENT_NAME": agent.name,
        "AGENT_ROLE": agent.role,
        "AGENT_SERVERS": _SERVERS,
        "AGENT_STATUS_PORT": str(STATUS_PORT),
        "QUEUE": queue(agent.name),
        "LLM_BUDGET_USD_PER_DAY": f"{agent.budget_usd_per_day:g}",
        **_cache_environment(),
    }
    match agent.model:
        case BedrockModel() as model:
            return environment | {"MODEL_KIND": "bedrock", "MODEL": model.profile, "AWS_REGION": names.region}
        case ApiModel() as model:
            key = f"/var/run/secrets/platform/{MODEL_KEY}"
            return environment | {"MODEL_KIND": "api", "MODEL": model.model, "MODEL_HOST": model.host, "MODEL_KEY": key}


def _cache_environment() -> dict[str, str]:
    return {"CACHE_TLS": "true", "CACHE_CREDENTIALS": f"/var/run/secrets/platform/{CACHE}"}


def _cache_secret(user: str, names: Names) -> SecretFiles:
    remote = login_secret(names, QUEUE_CACHE, user, NAMESPACE)
    return SecretFiles(name=CACHE, remote=remote, keys=_LOGIN)


def _model_secrets(agent: ResolvedAgent, names: Names) -> Iterator[SecretFiles]:
    if isinstance(agent.model, ApiModel):
        yield SecretFiles(name=MODEL_KEY, remote=names.secret(NAMESPACE, agent.model.secret_name))


def _calls(agent: ResolvedAgent, mcp: McpPlatformSettings, identity: StackIdentity) -> Iterator[Call]:
    yield ToCache()
    for server in agent.servers:
        yield reached_by(server, mcp)
    match agent.model:
        case BedrockModel():
            yield ToAws("bedrock-runtime", reason=without_endpoint(identity))
        case ApiModel() as model:
            yield ToExternal(model.host)


def grants(agent: ResolvedAgent, names: Names) -> list[Grant]:
    """What the agent may do in AWS: call its one model, and nothing else.

    The profile is called, and the model behind it in each region that it may route to (Bedrock user guide,
    "Prerequisites for inference profiles"); the model by itself stays closed.
    """
    if not isinstance(agent.model, BedrockModel):
        return []
    invoke = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
    profile = names.arn("bedrock", f"inference-profile/{agent.model.profile}")
    model = agent.model.foundation_model
    return [
        Grant("InferenceProfile", invoke, [profile]),
        Grant(
            "ModelThroughProfile",
            invoke,
            [f"arn:aws:bedrock:{region}::foundation-model/{model}" for region in agent.model.regions],
            conditions={"StringEquals": {"bedrock:InferenceProfileArn": profile}},
        ),
    ]


def budgets(settings: AgentFleetSettings) -> dict[str, float]:
    """What each agent's model calls may cost, in US dollars a day: what alerts watch."""
    return {agent.name: agent.budget_usd_per_day for agent in settings.resolved()}


def repositories(settings: AgentFleetSettings) -> set[str]:
    """Images that the section names: each needs a repository in the stack's registry."""
    return {settings.coordinator.image.name, *(agent.image.name for agent in settings.resolved())}


def secrets(settings: AgentFleetSettings) -> set[str]:
    """Secrets that the section names: each must be among the data layer's of the namespace ``mcp-agents``."""
    return {model.secret_name for model in settings.models.values() if isinstance(model, ApiModel)}
