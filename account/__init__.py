"""What an AWS account has once: its protection, who deploys into it, its registry's rules, its state's key."""
