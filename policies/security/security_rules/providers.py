"""What is made past the rules: AWS resources whose inputs have another shape than the one that the rules read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .core.rules import About, Config, Finding, Resource, Result, Rule, strings

_PROVIDERS: Final = ("aws-native:", "awscc:")
_TEMPLATES: Final = frozenset(
    {
        "aws:cloudcontrol/resource:Resource",
        "aws:cloudformation/stack:Stack",
        "aws:cloudformation/stackInstances:StackInstances",
        "aws:cloudformation/stackSet:StackSet",
        "aws:cloudformation/stackSetInstance:StackSetInstance",
    }
)
"""Types that make whatever a text says."""


def _past_the_rules(resource_type: str) -> bool:
    return resource_type.startswith(_PROVIDERS) or resource_type in _TEMPLATES


def check_provider(resource: Resource, config: Config) -> Iterator[Result]:
    """The type is one that the rules read, or one that is allowed all the same."""
    if not config.matches("allowed", resource.type):
        yield Finding(
            "",
            "write the type of the provider `aws` that makes the same: no rule reads this one, so nothing of it is "
            "judged; where there is none, name the type in the setting allowed",
        )


judged_providers = Rule(
    About(
        name="judged-providers",
        description="AWS resources are made by the provider `aws`, whose inputs the rules read.",
        severity="high",
        remedy="Use the provider aws. What only another one can make is allowed by its type, and reviewed by people.",
        controls={"SOC 2": ("CC6.1", "CC8.1")},
        settings={"allowed": strings([], "Globs over types that may be made unjudged.")},
    ),
    _past_the_rules,
    check_provider,
)
