"""SQS: ids of copies; makes instances on other storage backends, one attempt per message."""

from tams.ports import Platform
from tams.runtime.workers import queue_handler
from tams.services.objects.copies import ObjectCopyService


def process(platform: Platform, copy_ids: list[str]) -> None:
    copies = ObjectCopyService.of(platform)
    for copy_id in copy_ids:
        copies.work(copy_id)


lambda_handler = queue_handler(process)
