"""Starts the governance pack's analyzer server; the engine reads its port from the first line printed."""

from governance_rules.core.serving import serve
from governance_rules.pack import DESCRIPTION, NAME, RULES

if __name__ == "__main__":
    serve(NAME, DESCRIPTION, RULES)
