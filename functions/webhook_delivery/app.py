"""SQS: ids of webhooks that have events waiting; sends them, in order."""

from tams.container import Container
from tams.deadline import SecondsLeft
from tams.runtime.handlers import queue_handler


def process(container: Container, webhook_ids: list[str], seconds_left: SecondsLeft) -> None:
    for webhook_id in webhook_ids:
        container.webhook_delivery.deliver(webhook_id, seconds_left)


lambda_handler = queue_handler(process)
