"""SQS: hints at webhooks that have events waiting; sends these in order."""

from tams.models.delivery import Hint
from tams.ports import Platform
from tams.runtime.workers import queue_handler
from tams.services.webhooks.delivery import WebhookDelivery


def process(platform: Platform, hints: list[str]) -> None:
    delivery = WebhookDelivery.of(platform)
    for hint in hints:
        delivery.deliver(Hint.parse(hint))


lambda_handler = queue_handler(process)
