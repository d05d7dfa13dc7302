"""Segments of a Flow: read by time, taken by rule."""
