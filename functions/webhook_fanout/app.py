"""SQS: there are events in the outbox; gives each of them to the webhooks it is for."""

from tams.container import Container
from tams.deadline import SecondsLeft
from tams.runtime.handlers import queue_handler


def process(container: Container, _hint: object, _seconds_left: SecondsLeft) -> None:
    container.event_relay.relay()


lambda_handler = queue_handler(process)
