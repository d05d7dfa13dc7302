"""What deletions keep for a limited time: shown, restored, purged (an extension)."""
