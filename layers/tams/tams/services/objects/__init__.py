"""Objects: their instances, their copies, their end."""
