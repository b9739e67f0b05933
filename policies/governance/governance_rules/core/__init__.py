"""What every pack stands on: reading, rules, policies, serving."""
