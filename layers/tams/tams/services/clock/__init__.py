"""Time as decisions see it."""
