"""What browsers are told with every answer: the security headers, as pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

import pulumi_aws as aws

from components.edge.hosts import Hosts

HSTS_SECONDS: Final = 63_072_000
"""Two years, as OWASP's cheat sheet has it; browsers' preload lists ask for one at least."""
SOURCE: Final = r"(https|wss)://(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,}(:\d{1,5})?"
"""A host that a page may load from, with its scheme and perhaps a port; ``*`` for the first label only."""

Directive = Literal[
    "connect-src",
    "font-src",
    "form-action",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "script-src",
    "style-src",
    "worker-src",
]
"""The directives that a stack file may add hosts to."""

_NO_FEATURES: Final = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "payment",
    "usb",
)
"""What no page of the platform may ask a pupil's browser for."""

_REMOVED: Final = ("Server", "X-Powered-By")
"""What would tell an attacker which software answers."""

SecurityHeaders: TypeAlias = "aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgsDict"


def content_security_policy(hosts: Hosts, sources: Mapping[Directive, Sequence[str]]) -> str:
    """The content security policy of the front ends' pages: their own files, the API, and ``sources``."""
    policy: dict[str, list[str]] = {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", f"https://{hosts.api}", f"wss://{hosts.api}"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    for directive, more in sorted(sources.items()):
        policy.setdefault(directive, ["'self'"]).extend(more)
    written = [" ".join((directive, *allowed)) for directive, allowed in policy.items()]
    return "; ".join([*written, "upgrade-insecure-requests"])


API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""The content security policy of the API's answers: they are data, no page. One that the origin sends stands."""


def security_headers(policy: str, *, override: bool) -> SecurityHeaders:
    """The headers that CloudFront knows by name. With ``override`` false the origin's own content policy stands."""
    return {
        "strict_transport_security": {
            "access_control_max_age_sec": HSTS_SECONDS,
            "include_subdomains": True,
            # a promise for the registered domain and years: nothing a stack may make for its owner
            "preload": False,
            "override": True,
        },
        "content_security_policy": {"content_security_policy": policy, "override": override},
        "content_type_options": {"override": True},
        "frame_options": {"frame_option": "DENY", "override": True},
        "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": True},
        # the filter that it switches on has itself been a hole; the content policy stands in for it
        "xss_protection": {"protection": False, "override": True},
    }


def custom_headers() -> aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgsDict:
    """The headers that CloudFront has no name for."""
    return {
        "items": [
            {
                "header": "Permissions-Policy",
                "value": ", ".join(f"{feature}=()" for feature in _NO_FEATURES),
                "override": True,
            },
            {"header": "Cross-Origin-Opener-Policy", "value": "same-origin", "override": True},
        ]
    }


def removed_headers() -> aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigArgsDict:
    """The headers that are taken off the origin's answers."""
    return {"items": [{"header": header} for header in _REMOVED]}
