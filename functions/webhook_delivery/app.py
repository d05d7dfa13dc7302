"""SQS: hints at webhooks that have events waiting; sends them, in order."""

from tams.container import Container
from tams.deadline import SecondsLeft
from tams.models.delivery import Hint
from tams.runtime.handlers import queue_handler


def process(container: Container, hints: list[str], seconds_left: SecondsLeft) -> None:
    for hint in hints:
        container.webhook_delivery.deliver(Hint.parse(hint), seconds_left)


lambda_handler = queue_handler(process)
