"""Makes the clip of `tams demo`: a visible timecode, an audible beep, and two languages."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from av.video.frame import VideoFrame

from cli.packets import MediaPacket

WIDTH, HEIGHT, RATE = 640, 360, 25
_SAMPLE_RATE, _SAMPLES = 48_000, 960
_BEEP_SAMPLES = 4_800
_TONES = {"eng": 1_000, "fra": 600}
"""The pitch of the beep in each language, in Hz."""

_ENCODERS = ("libx264", "libopenh264", "mpeg4")

_GLYPHS = {
    "0": "0E 11 13 15 19 11 0E",
    "1": "04 0C 04 04 04 04 0E",
    "2": "0E 11 01 06 08 10 1F",
    "3": "1F 02 04 02 01 11 0E",
    "4": "02 06 0A 12 1F 02 02",
    "5": "1F 10 1E 01 01 11 0E",
    "6": "06 08 10 1E 11 11 0E",
    "7": "1F 01 02 04 08 08 08",
    "8": "0E 11 11 0E 11 11 0E",
    "9": "0E 11 11 0F 01 02 0C",
    ":": "00 0C 0C 00 0C 0C 00",
}
"""Seven rows of five pixels each; the lowest bit is on the right."""


def make_clip(path: Path, seconds: int) -> None:
    """The same content each time: the frame's number as a timecode, and a flash and a beep every second."""
    with av.open(str(path), "w") as output:
        picture = _picture_stream(output)
        sounds = [_sound_stream(output, language) for language in _TONES]
        tracks = [_pictures(picture, seconds)]
        tracks += [
            _beeps(each, pitch, seconds)
            for each, pitch in zip(sounds, _TONES.values(), strict=True)
        ]
        for second in zip(*tracks, strict=True):
            for packet in (packet for packets in second for packet in packets):
                output.mux(packet)


def _picture_stream(output: OutputContainer) -> Any:
    for name in _ENCODERS:
        try:
            stream: Any = output.add_stream(name, rate=RATE)
        except (UnknownCodecError, av.error.FFmpegError):
            continue
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.gop_size, stream.bit_rate = RATE, 600_000
        stream.codec_context.thread_count = 1  # more threads would not always make the same content
        if name == "libx264":
            stream.options = {"preset": "veryfast"}
        return stream
    raise RuntimeError("this build of FFmpeg encodes no picture")


def _sound_stream(output: OutputContainer, language: str) -> Any:
    stream: Any = output.add_stream("aac", rate=_SAMPLE_RATE)
    stream.layout = "mono"
    stream.metadata["language"] = language
    return stream


def _pictures(stream: Any, seconds: int) -> Iterator[list[MediaPacket]]:
    """The packets of each second, and what is left at the end."""
    for second in range(seconds):
        packets = []
        for number in range(second * RATE, (second + 1) * RATE):
            frame = VideoFrame.from_ndarray(drawn(number), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            packets += stream.encode(frame)
        yield packets
    yield stream.encode(None)


def _beeps(stream: Any, pitch: int, seconds: int) -> Iterator[list[MediaPacket]]:
    at = np.arange(_SAMPLE_RATE)
    beep = 0.3 * np.sin(2 * np.pi * pitch * at / _SAMPLE_RATE) * (at < _BEEP_SAMPLES)
    samples = beep.astype(np.float32).reshape(1, -1)
    for second in range(seconds):
        packets = []
        for start in range(0, _SAMPLE_RATE, _SAMPLES):
            piece = np.ascontiguousarray(samples[:, start : start + _SAMPLES])
            frame = AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate, frame.time_base = _SAMPLE_RATE, Fraction(1, _SAMPLE_RATE)
            frame.pts = second * _SAMPLE_RATE + start
            packets += stream.encode(frame)
        yield packets
    yield stream.encode(None)


def drawn(number: int) -> Any:
    """One frame as (height, width, 3): bars, a running line, and HH:MM:SS:FF; white where it beeps."""
    seconds, frame = divmod(number, RATE)
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    bar = np.arange(WIDTH) * 8 // WIDTH
    for channel, bit in enumerate((2, 4, 1)):
        pixels[:, :, channel] = np.where(bar & bit, 160, 24)
    at = number * 8 % WIDTH
    pixels[-40:, at : at + 8] = 255
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frame:02}"
    box = pixels[130:230, 60:580]
    box[:] = 235 if frame < _BEEP_SAMPLES * RATE // _SAMPLE_RATE + 1 else 16
    _write(box, text, 16 if box[0, 0, 0] > 128 else 235)
    return pixels


def _write(box: Any, text: str, grey: int) -> None:
    scale = 7
    left = (box.shape[1] - len(text) * 6 * scale) // 2
    for place, each in enumerate(text):
        rows = [int(row, 16) for row in _GLYPHS[each].split()]
        glyph = np.array([[row >> (4 - column) & 1 for column in range(5)] for row in rows], bool)
        mask = np.kron(glyph, np.ones((scale, scale), bool))
        x, y = left + place * 6 * scale, (box.shape[0] - 7 * scale) // 2
        box[y : y + 7 * scale, x : x + 5 * scale][mask] = grey
