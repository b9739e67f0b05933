"""The kit: pure builders of Kubernetes objects, and the one seam that hands them to Pulumi."""

from components.kubernetes.capacity import Demand, least, most
from components.kubernetes.cluster_objects import ClusterObjects, UnknownReferenceError
from components.kubernetes.external_secret import external_secret, secret_store
from components.kubernetes.image import Image
from components.kubernetes.manifest import Manifest
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.namespace import (
    NamespaceDeclaration,
    Quota,
    namespace_manifests,
    platform_namespaces,
    quota_for,
)
from components.kubernetes.paths import (
    FromApiServer,
    FromLoadBalancer,
    ToApiServer,
    ToAws,
    ToCache,
    ToDatabase,
    ToExternal,
    ToInternet,
    ToNodes,
    ToWorkload,
)
from components.kubernetes.register import register
from components.kubernetes.scaling import EventScaling, PrometheusTrigger, RedisListTrigger, ResourceScaling
from components.kubernetes.topology import EgressProxy, Endpoint, EndpointPort, Networks, Topology, TopologyError
from components.kubernetes.workload import (
    ContainerPort,
    Metrics,
    Placement,
    Probe,
    Probes,
    Route,
    SecretFiles,
    Storage,
    Tmpfs,
    Workload,
)

__all__ = [
    "ClusterObjects",
    "ContainerPort",
    "Demand",
    "EgressProxy",
    "Endpoint",
    "EndpointPort",
    "EventScaling",
    "FromApiServer",
    "FromLoadBalancer",
    "Image",
    "Manifest",
    "Metrics",
    "NamespaceDeclaration",
    "Networks",
    "Placement",
    "Probe",
    "Probes",
    "PrometheusTrigger",
    "Quota",
    "RedisListTrigger",
    "ResourceScaling",
    "Route",
    "SecretFiles",
    "Storage",
    "Tmpfs",
    "ToApiServer",
    "ToAws",
    "ToCache",
    "ToDatabase",
    "ToExternal",
    "ToInternet",
    "ToNodes",
    "ToWorkload",
    "Topology",
    "TopologyError",
    "UnknownReferenceError",
    "Workload",
    "external_secret",
    "least",
    "most",
    "namespace_manifests",
    "platform_namespaces",
    "quota_for",
    "register",
    "secret_store",
    "workload_manifests",
]
