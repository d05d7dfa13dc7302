"""How the processes that decode open media, and what bounds them: it comes from strangers."""

import json
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

import av
import av.error
from av.codec.codec import UnknownCodecError
from av.container import InputContainer

from tams.media.faults import CODEC, DAMAGED, StillError

_FORMATS = "mpegts,mpeg,mov,matroska,webm,mxf,avi,ivf,h264,hevc,mpegvideo,ogg,flv,nut"
"""None of them leads to another file, as lists do."""
PIXELS_MAX = 8_192 * 4_608
_OF_DAMAGE = (
    *(av.error.FFmpegError, OSError, MemoryError),
    *(ValueError, LookupError, ArithmeticError),
)
"""What damage leads to in FFmpeg, in PyAV, and in Python's files, which PyAV seeks in as the media says."""


def opened(file: BinaryIO) -> InputContainer:
    """Raises FFmpegError."""
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "none"}
    return av.open(file, "r", options=options)


def answer(
    work: Callable[[dict[str, Any]], bytes], *, memory_bytes: int, cpu_seconds: int, file_bytes: int
) -> int:
    """Do what the line of JSON on stdin asks for: write the result, or a line that says why there is none.

    The process is limited where the system knows such limits, and its exit status returned.
    """
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    av.logging.set_level(av.logging.PANIC)
    try:
        made = _attempt(work, json.loads(sys.stdin.readline()))
    except StillError as error:
        sys.stdout.write(json.dumps({"kind": error.kind, "words": str(error)}))
        return 0
    sys.stdout.buffer.write(made)
    return 0


def _attempt(work: Callable[[dict[str, Any]], bytes], order: dict[str, Any]) -> bytes:
    try:
        return work(order)
    except UnknownCodecError as error:
        raise StillError(CODEC, "no decoder is available for its codec") from error
    except _OF_DAMAGE as error:
        words = str(getattr(error, "strerror", None) or "it cannot be read")
        raise StillError(DAMAGED, words) from error
