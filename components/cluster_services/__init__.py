"""Operators of the cluster: declared as data, with the footprint that each brings."""
