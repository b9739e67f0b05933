"""The protocol's own words, as routes, gateways and servers of the platform use them (MCP specification 2026-07-28)."""

from __future__ import annotations

from typing import Final

PORT: Final = "http"
"""Name of the port that a server serves the protocol on."""
PATH: Final = "/mcp"
"""The one endpoint of streamable HTTP; a WebSocket server upgrades on it."""
METHOD_HEADER: Final = "Mcp-Method"
NAME_HEADER: Final = "Mcp-Name"
"""What a request is and which tool it calls. The specification demands both of clients and has servers refuse a request
whose body says something else: so who reads the headers knows the body."""
WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"
"""Where a server tells whose tokens it accepts; its own path comes after it (RFC 9728, section 3.1)."""
CALL: Final = "tools/call"
"""The method whose ``Mcp-Name`` is a tool."""
