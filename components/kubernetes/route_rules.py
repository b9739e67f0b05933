"""What a route asks of a request before a workload sees it: a token, and headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from components.model import Settings

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(/[A-Za-z0-9._~/-]*)?$", max_length=256)]
"""An address as the load balancer's token check takes it (``JwtValidationActionConfig``, 256 characters)."""
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
"""A header's name: 40 characters are what a rule of the load balancer takes (``HttpHeaderConditionConfig``)."""
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./*-]{1,128}$")]
"""A header's value, compared without regard to case; ``*`` stands for any text (``HttpHeaderConditionConfig``)."""
ClaimFormat = Literal["single-string", "string-array"]


class TokenCheck(Settings):
    """The load balancer lets nobody pass without a token of ``issuer`` for ``audience``; the answer is 401 then.

    It looks at signature, issuer, audience, and the times of the token (Elastic Load Balancing, JWT validation).
    """

    issuer: HttpsUrl
    keys: HttpsUrl
    """Where the issuer publishes the keys that it signs with (JWKS)."""
    audience: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    audience_format: ClaimFormat = "single-string"
    """How the issuer writes ``aud``: as a text, or as a list of which one must be ``audience``."""


class RouteRule(Settings):
    """Requests of a route that are treated apart. The first rule of the route that matches counts."""

    headers: Annotated[tuple[Mapping[HeaderName, HeaderValue], ...], Field(min_length=1)]
    """A request must have all headers of one of these."""
    answer: Annotated[int, Field(ge=400, le=599)] | None = None
    """The status that the load balancer answers; ``None`` hands the request on."""
