"""Flows and the Sources they are of."""
