"""The service itself: what it is, whether it is well, its Profiles."""
