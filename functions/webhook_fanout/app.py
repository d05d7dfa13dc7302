"""SQS: there are events in the outbox; gives each of them to the webhooks it is for."""

from tams.ports import Platform
from tams.runtime.workers import queue_handler
from tams.services.webhooks.relay import EventRelay


def process(platform: Platform, _hint: object) -> None:
    EventRelay.of(platform).relay()


lambda_handler = queue_handler(process)
