"""Benchmarks: how the sandbox compares with what a user would write, as ratios."""
