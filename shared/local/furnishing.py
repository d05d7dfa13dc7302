"""What servers of the stack need before anything uses them: the bucket on S3, the queues."""

from contextlib import closing

from local import parts, seaweed
from local.application import Application
from local.environment import MEDIA_BUCKET, SEAWEEDFS
from local.host_config import HostConfig
from local.queues import create_queues, sqs_client


def furnish(part: str, config: HostConfig, application: Application) -> None:
    """To be called once the part answers. It may be called again."""
    if part == "s3" and config.s3_server == SEAWEEDFS:
        url = f"http://{parts.reachable(config.host)}:{config.ports.s3}"
        seaweed.make_bucket(url, config.credentials.s3, MEDIA_BUCKET)
    if part == "queue":
        with closing(sqs_client(config.values.sqs_url, config.credentials.aws)) as client:
            create_queues(client, application.queues)
