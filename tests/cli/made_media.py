"""Small media of any codec, made by PyAV alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

FRAME_RATE, SAMPLE_RATE = 25, 48_000
WIDTH, HEIGHT = 160, 96


def make(
    path: Path,
    *,
    video: str | None = None,
    audio: str | None = None,
    layout: str = "stereo",
    sample_rate: int = SAMPLE_RATE,
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    seconds: float = 2,
    rate: int | Fraction = FRAME_RATE,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Picture that moves, with a key frame every 10 frames, and a tone of its own in each channel.

    A comment makes each file a content of its own, for a store that knows content again.
    """
    with _scheduled_as_before(), av.open(path, "w", options=container_options or {}) as output:
        output.metadata["comment"] = str(uuid4())
        tracks: list[Iterator[Any]] = []
        if video:
            picture: Any = output.add_stream(video, rate=rate)
            picture.width, picture.height = size
            picture.pix_fmt = pix_fmt
            picture.gop_size = 10
            picture.bit_rate = 36_000_000 if video == "dnxhd" else 400_000
            picture.options = {"strict": "-2"}
            tracks.append(_pictures(picture, round(seconds * rate), 1 / Fraction(rate)))
        if audio:
            sound: Any = output.add_stream(audio, rate=sample_rate)
            sound.layout = layout
            sound.options = {"strict": "-2"}
            if audio.startswith("wma"):
                sound.bit_rate = 128_000
            tracks.append(_sound(sound, round(seconds * sample_rate)))
        for track in tracks:
            for packet in track:
                output.mux(packet)
    return path


@contextmanager
def _scheduled_as_before() -> Iterator[None]:
    """SVT-AV1 makes a process of root a real-time one, for good, and so all that the process starts.

    Of the stacks that a test starts then, each process could keep all others from a core.
    """
    try:
        yield
    finally:
        if hasattr(os, "sched_setscheduler"):  # not on macOS
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def tones(channels: int, start: int, count: int) -> Any:
    """Samples as (channels, count) of 16 bits; every channel differs from the others."""
    at = np.arange(start, start + count)
    rows = [
        8_000 * np.sin(2 * np.pi * (200 + 90 * each) * at / SAMPLE_RATE) for each in range(channels)
    ]
    return np.round(rows).astype(np.int16)


def _pictures(stream: Any, count: int, lasting: Fraction) -> Iterator[Any]:
    width, height = stream.width, stream.height
    for number in range(count):
        picture = np.zeros((height, width, 3), np.uint8)
        picture[:, :, 0] = (np.arange(width) * 2 + number * 5) % 256
        picture[:, :, 1] = number * 4 % 256
        frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = number, lasting
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _sound(stream: Any, count: int) -> Iterator[Any]:
    layout, rate = stream.layout, stream.rate
    for start in range(0, count, 1_000):
        samples = tones(layout.nb_channels, start, min(1_000, count - start))
        interleaved = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = AudioFrame.from_ndarray(interleaved, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)
