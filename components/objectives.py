"""What the platform promises of its services: the figures that alerts, dashboards and load tests share.

Figures: platform, observability (availability 99.9 %, API p95 under 500 ms).
"""

from __future__ import annotations

from typing import Final

AVAILABILITY: Final = 0.999
"""Share of requests that are answered without an error of ours."""
API_P95_SECONDS: Final = 0.5
"""95 of 100 requests are answered faster."""
