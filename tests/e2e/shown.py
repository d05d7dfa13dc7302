"""What FFmpeg shows and plays of an address."""

import subprocess
from typing import Any

import av

from tests.e2e.playing import BIT_WIDTH, BITS, HEIGHT


def numbers_shown(url: str) -> list[int]:
    """What each frame spells, as `playing.numbered_frames` wrote it."""
    command = ["ffmpeg", "-v", "error", "-i", url, "-map", "0:v:0", "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    width = BITS * BIT_WIDTH
    middle = HEIGHT // 2 * width
    frames = (raw[at : at + width * HEIGHT] for at in range(0, len(raw), width * HEIGHT))
    return [_number(frame[middle : middle + width]) for frame in frames]


def _number(line: bytes) -> int:
    return sum(int(line[int(BIT_WIDTH * (bit + 0.5))] > 127) << bit for bit in range(BITS))


def samples_heard(url: str) -> int:
    with av.open(url, "r") as container:
        frames: Any = container.decode(audio=0)
        return sum(int(frame.samples) for frame in frames)
