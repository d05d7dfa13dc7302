"""The Lambda edge of renderer: it knows the storage backends and nothing else."""

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from tams.deadline import invocation, patience
from tams.errors import BackendUnavailableError
from tams.media.faults import NO_BYTES, TOO_SLOW, UNREACHABLE, StillError
from tams.models.piece import PieceTask, init_name
from tams.object_stores.pieces import S3Pieces
from tams.runtime.alone import alone
from tams.runtime.clock import utc_now
from tams.runtime.fetched import fetched
from tams.runtime.pieces import MadePiece, piece_of
from tams.runtime.storage import on_backends
from tams.runtime.time_left import seconds_left_of
from tams.settings import Settings

Event = dict[str, Any]

_RENDERING_SECONDS_MAX = 200
_STORING_SECONDS = 15
_LONG_SECONDS = 100
"""A part that takes longer is too slow for good. With less time, only the invocation was too short for it."""
_PASSING = {NO_BYTES, UNREACHABLE}
"""Faults that may have passed when a list asks again."""
_CONTENT_TYPES = {"mpegts": "video/mp2t", "mp4": "video/mp4"}

logger = Logger()


def renderer_handler() -> Callable[[Event, Any], Event]:
    """Takes messages of PieceTasks. An existing piece is not made again, so a message may come twice."""

    @cache
    def pieces() -> S3Pieces:
        return on_backends(S3Pieces, Settings())

    def lambda_handler(event: Event, context: Any) -> Event:
        failed = []
        with invocation(seconds_left_of(context)):
            for record in event["Records"]:
                try:
                    for each in json.loads(record["body"]):
                        _render(PieceTask.from_json(json.loads(each)), pieces())
                except BackendUnavailableError as error:
                    logger.warning(
                        "record", extra={"id": record["messageId"], "reason": str(error)}
                    )
                    failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return lambda_handler


def _render(task: PieceTask, pieces: S3Pieces) -> None:
    """If the piece cannot be made, stores one without bytes to say so. Raises BackendUnavailableError."""
    if _is_there(task, pieces):
        return
    known = {"object_id": task.origins[-1].object_id, "piece": task.name}
    started = time.perf_counter()
    try:
        made = _made(task, pieces)
    except StillError as error:
        logger.info("no piece", extra={**known, "kind": error.kind, "words": str(error)})
        hurried = error.kind == TOO_SLOW and time.perf_counter() - started < _LONG_SECONDS
        if error.kind not in _PASSING and not hurried:
            _store(task, MadePiece(b"", None, is_encoded=False), pieces)
        return
    _store(task, made, pieces)
    duration_ms = round((time.perf_counter() - started) * 1000, 1)
    size_bytes = len(made.media) + len(made.init or b"")
    done = {"size_bytes": size_bytes, "is_encoded": made.is_encoded, "duration_ms": duration_ms}
    logger.info("piece", extra={**known, **done})


def _made(task: PieceTask, pieces: S3Pieces) -> MadePiece:
    """Raises StillError, BackendUnavailableError."""
    with fetched(task, pieces) as path:
        return piece_of(path, task, patience(_RENDERING_SECONDS_MAX, _STORING_SECONDS))


def _store(task: PieceTask, made: MadePiece, pieces: S3Pieces) -> None:
    """The initialisation first: where there is a piece, there is all that it needs."""
    content_type = _CONTENT_TYPES[task.muxer]
    with alone():
        if _is_there(task, pieces):
            return
        if made.init is not None:
            pieces.put(task.storage_id, init_name(task.name), made.init, content_type)
        pieces.put(task.storage_id, task.name, made.media, content_type)


def _is_there(task: PieceTask, pieces: S3Pieces) -> bool:
    """A piece that expires soon is made again."""
    found = pieces.find(task.storage_id, task.name)
    return found is not None and not found.is_old(utc_now())
