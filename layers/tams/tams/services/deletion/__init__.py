"""Deleting at once, or in the background."""
