"""The map of the platform: one line a component, in order of dependence, then what the stack tells."""

from __future__ import annotations

import pulumi

from components.context import Context
from components.data_layer import DataLayer
from components.eks_cluster import EksCluster
from components.keys import Keys
from components.networking import Networking
from settings import StackSettings

settings = StackSettings.load()
context = Context.create(settings.stack)
cloud = pulumi.ResourceOptions(providers=context.providers)

keys = Keys("keys", context, opts=cloud)
networking = Networking("networking", settings.networking, context, keys, opts=cloud)
data = DataLayer("data", settings.data, context, networking, keys, opts=cloud)
for key, cluster_settings in settings.clusters.items():
    cluster = EksCluster(f"eks-{key}", key, cluster_settings, context, networking, keys, opts=cloud)

pulumi.export("vpcId", networking.vpc_id)
