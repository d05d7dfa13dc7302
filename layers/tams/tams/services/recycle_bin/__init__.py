"""What deletions keep for a while: shown, restored, purged (an extension)."""
