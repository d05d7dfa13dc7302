"""Makes the file of a kind with the `ffmpeg` command."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.kinds.kind import Kind

_FFMPEG = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", "2")

_CHAPTERS = """;FFMETADATA1
title=The title
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=First
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Second
"""
_SUBTITLES = "1\n00:00:00,200 --> 00:00:01,000\nHello\n\n2\n00:00:01,200 --> 00:00:01,800\nBye\n"


class NotMadeError(Exception):
    """FFmpeg lacks an encoder or a muxer for it."""


def made(kind: Kind, folder: Path) -> Path:
    """Raises NotMadeError."""
    for step in kind.steps:
        path = folder / step.rsplit(" ", 1)[-1]
        if path.suffix in {".txt", ".srt"}:
            path.write_text(_CHAPTERS if path.suffix == ".txt" else _SUBTITLES)
            continue
        for name in (other.rsplit(" ", 1)[-1] for other in kind.steps):
            step = step.replace(f"{{{name}}}", str(folder / name))  # noqa: PLW2901
        ran = subprocess.run(
            [*_FFMPEG, *(os.fsencode(each) for each in step.split(" "))],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        if ran.returncode:
            raise NotMadeError(ran.stderr.decode(errors="replace").strip()[-300:])
    made_of = [folder / step.rsplit(" ", 1)[-1] for step in kind.steps]
    return _MORE[kind.made](made_of) if kind.made else made_of[-1]


def _joined(parts: list[Path]) -> Path:
    whole = parts[0].with_name("joined.ts")
    whole.write_bytes(b"".join(each.read_bytes() for each in parts))
    return whole


def _cut_off(parts: list[Path]) -> Path:
    data = parts[-1].read_bytes()
    parts[-1].write_bytes(data[: len(data) * 6 // 10])
    return parts[-1]


def _rotated(parts: list[Path]) -> Path:
    """The matrix of `tkhd`, for releases of ffmpeg that cannot write it: clockwise by 90°."""
    data = bytearray(parts[-1].read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    one = (1 << 16).to_bytes(4)
    data[matrix : matrix + 16] = bytes(4) + one + bytes(4) + ((1 << 32) - (1 << 16)).to_bytes(4)
    data[matrix + 16 : matrix + 20] = bytes(4)
    parts[-1].write_bytes(data)
    return parts[-1]


_MORE: dict[str, Callable[[list[Path]], Path]] = {
    "joined": _joined,
    "cut_off": _cut_off,
    "rotated": _rotated,
    "chapters": lambda parts: parts[-1],
    "subtitles": lambda parts: parts[-1],
}
