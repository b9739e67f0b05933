"""Custom resources that the platform uses, one module a project, each with the API version it was read from."""
