"""Decodes in a process of its own: media that crashes the decoder, or keeps it busy, ends only that."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from aws_lambda_powertools import Logger

from tams.media.faults import DAMAGED, TOO_SLOW, StillError
from tams.models.thumbnail import ThumbnailTask

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""Of the environment. A process that reads untrusted media must not have the function's keys."""
_LOGGED_CHARACTERS_MAX = 2_000

logger = Logger()


def still_of(file: Path, task: ThumbnailTask, seconds: float) -> bytes:
    """A JPEG of the frame. Raises StillError."""
    order = {
        "path": str(file),
        "at_ns": task.at_ns,
        "start_ns": task.start_ns,
        "end_ns": task.end_ns,
        "width": task.width,
    }
    return decoded("tams.media.still", order, file.parent, seconds)


def decoded(module: str, order: Mapping[str, object], folder: Path, seconds: float) -> bytes:
    """What the process writes, which does what the order says, in a folder. Raises StillError."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        done = subprocess.run(  # noqa: S603 - a module of ours
            [sys.executable, "-P", "-m", module],
            input=json.dumps(order).encode() + b"\n",
            capture_output=True,
            timeout=seconds,
            env=environment,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StillError(TOO_SLOW, f"decoding takes longer than {seconds:.0f} s") from error
    if done.returncode < 0:
        logger.warning("the decoder was killed", extra={"signal": -done.returncode})
        raise StillError(DAMAGED, "the decoder cannot handle it")
    if done.returncode > 0:
        said = done.stderr.decode(errors="replace")[-_LOGGED_CHARACTERS_MAX:]
        raise RuntimeError(f"the decoder failed: {said}")
    if done.stdout.startswith(b'{"kind"'):
        fault = json.loads(done.stdout)
        raise StillError(fault["kind"], fault["words"])
    return done.stdout
