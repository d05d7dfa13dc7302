"""What a caller may do, and what of a resource they see."""
