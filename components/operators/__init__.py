"""Operators as data: what each is, takes, needs, may do and is told. ``cluster_services`` installs them."""
