"""The map of the platform: one line a component, in order of dependence, then what the stack tells."""

from __future__ import annotations

import pulumi

from components.context import Context
from components.keys import Keys
from components.networking import Networking
from settings import StackSettings

settings = StackSettings.load()
context = Context.create(settings.stack)
aws = pulumi.ResourceOptions(providers=[context.provider])

keys = Keys("keys", context, opts=aws)
networking = Networking("networking", settings.networking, context, keys, opts=aws)

pulumi.export("vpcId", networking.vpc_id)
