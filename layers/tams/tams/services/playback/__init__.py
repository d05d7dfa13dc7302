"""Playback (an extension): Flows and Sources as lists that players read."""
