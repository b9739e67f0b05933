"""How Pulumi Deployments runs each environment's stack: a small project of its own."""
