"""The service itself: its description, its health, its Profiles."""
