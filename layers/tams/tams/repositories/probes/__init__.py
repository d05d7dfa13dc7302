"""Measures on a cluster what the code assumes of VAST. Nothing that serves requests loads these."""
