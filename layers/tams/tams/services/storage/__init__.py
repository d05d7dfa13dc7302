"""From an allocation to an upload."""
