"""Retention: what is deleted automatically, and when (an extension)."""
