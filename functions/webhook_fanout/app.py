"""SQS: there are events in the outbox; gives each of them to the webhooks it is for."""

from tams.ports import Platform
from tams.runtime.workers import batch_handler
from tams.services.webhooks.relay import EventRelay


def process(platform: Platform, _hints: object) -> None:
    EventRelay.of(platform).relay()


lambda_handler = batch_handler(process)
"""One run takes all events that there are, so a batch needs one."""
