"""Operators' tools: what a person runs against a real account. The program knows nothing of them."""
