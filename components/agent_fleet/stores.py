"""What servers and agents take from the data layer must be there: images, buckets, secrets, logins to the queue."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from components.agent_fleet.settings import NAMESPACE, SECTION, AgentFleetSettings, ApiModel
from components.agent_fleet.workloads import QUEUE_CACHE
from components.data_layer import DataLayerSettings
from components.mcp_platform.settings import NAMESPACE as MCP
from components.mcp_platform.settings import SECTION as MCP_SECTION
from components.mcp_platform.settings import McpPlatformSettings
from components.model import Problem
from components.workload_settings import OwnImage, among

_IMAGES = "data.registry.images"


def check_stores(data: DataLayerSettings, mcp: McpPlatformSettings, agents: AgentFleetSettings) -> Iterator[Problem]:
    """Every name that servers and agents use of the data layer's, held against what it makes."""
    yield from _servers(data, mcp)
    yield from _images(data, agents)
    yield from _logins(data, agents)
    secrets = data.secrets.get(NAMESPACE, {})
    for name, model in agents.models.items():
        if isinstance(model, ApiModel) and model.secret_name not in secrets:
            allowed = among(secrets, model.secret_name, where=f"data.secrets.{NAMESPACE}")
            yield Problem((SECTION, "models", name, "secret_name"), model.secret_name, allowed)


def _servers(data: DataLayerSettings, mcp: McpPlatformSettings) -> Iterator[Problem]:
    buckets = [thing for thing, _ in data.buckets.rows()]
    secrets = data.secrets.get(MCP, {})
    for name, server in mcp.servers.items():
        at = (MCP_SECTION, "servers", name)
        yield from _image((*at, "image", "name"), server.image, data.registry.images)
        for bucket in server.buckets:
            if bucket not in buckets:
                yield Problem((*at, "buckets", bucket), bucket, among(buckets, bucket, where="data.buckets"))
        for index, secret in enumerate(server.secrets):
            if secret not in secrets:
                yield Problem((*at, "secrets", index), secret, among(secrets, secret, where=f"data.secrets.{MCP}"))


def _images(data: DataLayerSettings, agents: AgentFleetSettings) -> Iterator[Problem]:
    images = frozenset(data.registry.images)
    yield from _image((SECTION, "coordinator", "image", "name"), agents.coordinator.image, images)
    if agents.defaults.image is not None:
        yield from _image((SECTION, "defaults", "image", "name"), agents.defaults.image, images)
    for name, agent in agents.agents.items():
        if agent.image is not None:
            yield from _image((SECTION, "agents", name, "image", "name"), agent.image, images)


def _image(path: tuple[str | int, ...], image: OwnImage, images: Collection[str]) -> Iterator[Problem]:
    if image.name not in images:
        yield Problem(path, image.name, among(sorted(images), image.name, where=_IMAGES))


def _logins(data: DataLayerSettings, agents: AgentFleetSettings) -> Iterator[Problem]:
    users = data.caches[QUEUE_CACHE].users
    wanted = (("queue_user", agents.queue_user, {"read-write"}), ("scaler_user", agents.scaler_user, {"monitor"}))
    for key, name, access in wanted:
        user = users.get(name)
        right = user is not None and (user.namespace, user.auth) == (NAMESPACE, "password") and user.access in access
        if not right:
            allowed = (
                f"a user of data.caches.{QUEUE_CACHE} with namespace {NAMESPACE}, access {' or '.join(access)} and a "
                "password"
            )
            yield Problem((SECTION, key), name, allowed)
