"""SQS: hints that there is work to find in VAST."""
