"""The operators of a cluster: which there are, what each needs and brings, and the component that installs them."""

from components.cluster_services.component import ClusterServices
from components.cluster_services.settings import ClusterServicesSettings, check

__all__ = ["ClusterServices", "ClusterServicesSettings", "check"]
