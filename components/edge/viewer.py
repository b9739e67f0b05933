"""Who asks, told to the load balancer by CloudFront: a header that no viewer can write himself.

Of X-Forwarded-For a web ACL takes the first address (WAF API reference, ForwardedIPConfig), and that one is whatever
the viewer sent; CloudFront only appends to it. Whoever wrote another's address there would be counted as him, and have
him locked out.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.edge.firewall_rules import VIEWER_HEADER

_CODE: Final = f"""\
function handler(event) {{
    event.request.headers['{VIEWER_HEADER}'] = {{ value: event.viewer.ip }};
    return event.request;
}}
"""


def make_viewer_function(prefix: str, opts: pulumi.ResourceOptions) -> aws.cloudfront.Function:
    """The function at the edge that writes the header, for every request that goes on to the load balancer."""
    return aws.cloudfront.Function(
        "viewer-address",
        runtime="cloudfront-js-2.0",
        comment=f"{prefix}: tells the load balancer who asks",
        code=_CODE,
        publish=True,
        opts=opts,
    )


__all__ = ["make_viewer_function"]
