"""Many requests of one kind at once."""
