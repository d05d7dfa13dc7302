"""SQS: ids of copies; makes instances on other storage backends, one attempt a message."""

from tams.container import Container
from tams.deadline import SecondsLeft
from tams.runtime.handlers import queue_handler


def process(container: Container, copy_ids: list[str], _seconds_left: SecondsLeft) -> None:
    for copy_id in copy_ids:
        container.object_copies.work(copy_id)


lambda_handler = queue_handler(process)
