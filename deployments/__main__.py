"""How Pulumi Deployments runs the environments: the settings of each stack, one line a stack."""

from __future__ import annotations

import sys
from pathlib import Path

import pulumi_pulumiservice as service

# the components stand beside this project; `pulumi up` puts only its own directory on the path
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from deployments.configuration import StackSettings
from deployments.stack import Deployment

settings = StackSettings.load()
# its token is PULUMI_ACCESS_TOKEN, of whoever runs it: none is in a file
provider = service.Provider("pulumi-cloud")

for stack, deployment in settings.stacks.items():
    Deployment(stack, deployment, settings.source, provider)
