"""SQS: ids of Objects that nobody needs; deletes their bytes, then their rows."""

from tams.ports import Platform
from tams.runtime.workers import queue_handler
from tams.services.objects.cleanup import ObjectCleanupService


def process(platform: Platform, object_ids: list[str]) -> None:
    ObjectCleanupService.of(platform).clean(object_ids)


lambda_handler = queue_handler(process)
