"""The sandbox: the real program and the real policy packs, with no cloud account. Nothing imports this package."""
