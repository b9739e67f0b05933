"""Nobody but the node gets the node's credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import About, Resource, Result, must_be_seen, unless
from .objects import object_rule


def _metadata(options: Field) -> Iterator[Result]:
    """The session token is demanded and does not outlive one hop, so no pod can have the node's credentials."""
    tokens, hops, endpoint = options["httpTokens"], options["httpPutResponseHopLimit"], options["httpEndpoint"]
    if endpoint.text == "disabled":
        return  # nobody is answered
    yield from unless(lambda it: it.text == "required", tokens, "write 'required': IMDSv1 hands out keys unasked")
    yield from unless(
        lambda it: it.number == 1, hops, "write 1: with more hops every pod reaches the node's credentials"
    )


def _instance(resource: Resource) -> Iterator[Result]:
    if resource["metadataOptions"].empty and not resource["launchTemplate"].empty:
        yield from must_be_seen(resource["launchTemplate"])
        return  # the template says it, and is judged itself
    yield from _metadata(resource["metadataOptions"])


def _node_class(resource: Resource) -> Iterator[Result]:
    return _metadata(resource.props.at("spec", "metadataOptions"))


METADATA: Final[Mapping[str, Callable[[Resource], Iterator[Result]]]] = {
    "aws:ec2/launchTemplate:LaunchTemplate": lambda it: _metadata(it["metadataOptions"]),
    "aws:ec2/launchConfiguration:LaunchConfiguration": lambda it: _metadata(it["metadataOptions"]),
    "aws:ec2/instance:Instance": _instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": _instance,
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": lambda it: _metadata(it.props),
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": _node_class,
}
"""What gives instances their metadata."""

instance_metadata = object_rule(
    About(
        name="instance-metadata",
        description="Instances answer metadata requests with a session token only, and within one hop.",
        severity="high",
        remedy="Set metadataOptions with httpTokens: 'required' and httpPutResponseHopLimit: 1. Controllers "
        "that read the metadata then need Pod Identity and explicit region and VPC settings.",
        controls={
            "FSBP": ("EC2.8",),
            "OWASP MCP Top 10": ("MCP02",),
            "OWASP Agentic Top 10": ("ASI03",),
        },
    ),
    METADATA.__contains__,
    lambda resource, _: METADATA[resource.type](resource),
)
