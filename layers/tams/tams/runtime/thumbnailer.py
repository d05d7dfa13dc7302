"""The Lambda edge of thumbnailer: it knows the storage backends and nothing else."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from tams.deadline import invocation, patience
from tams.media.faults import StillError
from tams.models.thumbnail import ThumbnailTask
from tams.object_stores.thumbnails import S3Thumbnails
from tams.runtime.alone import alone
from tams.runtime.fetched import fetched
from tams.runtime.stills import still_of
from tams.runtime.storage import on_backends
from tams.runtime.time_left import seconds_left_of
from tams.settings import Settings

Event = dict[str, Any]

_DECODING_SECONDS_MAX = 15
_STORING_SECONDS = 3

logger = Logger()


def thumbnailer_handler() -> Callable[[Event, Any], Event]:
    """Takes a ThumbnailTask; returns a `fault` of two words if there is no picture."""

    @cache
    def thumbnails() -> S3Thumbnails:
        return on_backends(S3Thumbnails, Settings())

    def lambda_handler(event: Event, context: Any) -> Event:
        task = ThumbnailTask.from_json(event)
        known = {"object_id": task.origins[-1].object_id, "thumbnail": task.name}
        started = time.perf_counter()
        try:
            with invocation(seconds_left_of(context)):
                _make(task, thumbnails())
        except StillError as error:
            logger.info("no thumbnail", extra={**known, "kind": error.kind, "words": str(error)})
            return {"fault": {"kind": error.kind, "words": str(error)}}
        duration_ms = round((time.perf_counter() - started) * 1000, 1)
        logger.info("thumbnail", extra={**known, "duration_ms": duration_ms})
        return {}

    return lambda_handler


def _make(task: ThumbnailTask, thumbnails: S3Thumbnails) -> None:
    """Raises StillError, BackendUnavailableError. Doing it twice makes the same bytes."""
    with fetched(task, thumbnails) as path:
        jpeg = still_of(path, task, patience(_DECODING_SECONDS_MAX, _STORING_SECONDS))
    with alone():
        if not thumbnails.exists(task.storage_id, task.name):
            thumbnails.put(task.storage_id, task.name, jpeg)
