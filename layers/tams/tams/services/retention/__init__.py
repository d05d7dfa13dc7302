"""Retention: what goes by itself, and when (an extension)."""
