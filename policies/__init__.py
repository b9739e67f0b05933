"""The policy packs and what makes their documentation. Each pack stands alone: nothing here is part of one."""
