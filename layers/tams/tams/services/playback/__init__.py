"""Playback (an extension): what a Flow or Source is, as lists that players read."""
