"""Rules of the security pack."""
