"""Rules of the governance pack."""
