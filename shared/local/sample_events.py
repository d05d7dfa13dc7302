"""The sample events in `events/`, with the function that each is for, in the order of one Flow's life."""

SAMPLE_EVENTS = (
    ("provision", "invoke/provision.json"),
    ("authorizer", "authorizer/static_token.json"),
    ("service", "api/get_service.json"),
    ("flows", "api/put_flow.json"),
    ("media_storage", "api/post_storage.json"),
    ("object_created", "sqs/object_created.json"),
    ("flow_segments", "api/post_segments.json"),
    ("flow_segments", "api/get_segments.json"),
    ("flows", "api/get_flow.json"),
    ("events", "api/get_events.json"),
    ("webhooks", "api/post_webhook.json"),
    ("webhook_fanout", "sqs/webhook_fanout.json"),
    ("url_signer", "invoke/url_signer.json"),
    ("webhook_delivery", "sqs/webhook_delivery.json"),
    ("object_copy", "sqs/object_copy.json"),
    ("flows", "api/delete_flow.json"),
    ("flow_delete_requests", "api/get_delete_requests.json"),
    ("deletion_worker", "sqs/deletion_worker.json"),
    ("object_cleanup", "sqs/object_cleanup.json"),
    ("sweeper", "schedule/sweeper.json"),
)
