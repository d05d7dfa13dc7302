"""SQS: ids of Objects that nobody needs; deletes their bytes, then their rows."""

from tams.container import Container
from tams.deadline import SecondsLeft
from tams.runtime.handlers import queue_handler


def process(container: Container, object_ids: list[str], _seconds_left: SecondsLeft) -> None:
    container.object_cleanup.clean(object_ids)


lambda_handler = queue_handler(process)
