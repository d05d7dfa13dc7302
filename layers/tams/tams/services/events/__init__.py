"""The log of events, and what an event says."""
