"""HTTP to addresses that clients name: webhooks, and media to copy."""
