"""Cuts and encodes in a process of its own, as thumbnails are decoded."""

import json
from dataclasses import dataclass
from pathlib import Path

from tams.models.piece import PieceTask
from tams.runtime.stills import decoded


@dataclass(frozen=True, slots=True)
class MadePiece:
    """`init` is what prepares the decoder, if that is not in the media itself."""

    media: bytes
    init: bytes | None
    is_encoded: bool


def piece_of(file: Path, task: PieceTask, seconds: float) -> MadePiece:
    """Works in the folder of the file. Raises StillError."""
    folder = file.parent
    order = {
        "path": str(file),
        "folder": str(folder),
        "muxer": task.muxer,
        "from_ns": task.from_ns,
        "until_ns": task.until_ns,
        "start_ns": task.start_ns,
        "end_ns": task.end_ns,
    }
    said = json.loads(decoded("tams.media.piece", order, folder, seconds))
    init = folder / "init"
    return MadePiece(
        (folder / "piece").read_bytes(),
        init.read_bytes() if init.exists() else None,
        said["encoded"],
    )
