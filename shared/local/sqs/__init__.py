"""SQS in memory: standard queues, as much of the API as a service and its operators use."""
