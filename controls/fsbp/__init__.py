"""The lines of the AWS Foundational Security Best Practices, a module a group of services."""
