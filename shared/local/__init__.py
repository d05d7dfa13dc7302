"""The local stack: template.yaml's functions, VAST, S3 and queues as processes of this machine."""
