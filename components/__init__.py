"""The components of the platform: each makes one part of a stack and declares the settings it reads."""
