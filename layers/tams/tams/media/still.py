"""`python -m tams.media.still`: one frame of a file as a JPEG. Only runtime/stills.py starts it.

It reads a line of JSON (`Order`), and writes the JPEG, or a line of JSON that says why there is none. It has
no keys, opens no file but the one named, and ends by itself when it takes too much memory or CPU.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import av
import av.error
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from tams.media.faults import CODEC, DAMAGED, NO_PICTURE, TOO_LARGE, StillError
from tams.media.opening import PIXELS_MAX, answer, opened
from tams.media.picking import Coded, Pick, Sought, pick

_MEMORY_BYTES_MAX = 1_280 * 2**20
_CPU_SECONDS_MAX = 20
_HD_HEIGHT = 720
_QUALITY = 4
"""Of JPEG, as FFmpeg counts: 2 is the best, 31 the worst."""


@dataclass(frozen=True, slots=True)
class Order:
    path: str
    sought: Sought
    width: int

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Order":
        times = (Fraction(given[name], 1_000_000_000) for name in ("at_ns", "start_ns", "end_ns"))
        return cls(given["path"], Sought(*times), given["width"])


def still(order: Order) -> bytes:
    """Raises StillError, and what FFmpeg and Python do for damage."""
    with open(order.path, "rb") as file:  # noqa: PTH123 - FFmpeg reads from it
        with opened(file) as container:
            found = pick(_coded(container), order.sought)
        file.seek(0)
        with opened(file) as container:
            frame = _decoded(container, found)
            aspect = _picture(container).sample_aspect_ratio or Fraction(1)
    return _jpeg(frame, aspect, order.width)


def _picture(container: InputContainer) -> VideoStream:
    """The first that is not a cover. Raises StillError."""
    stream = container.streams.best("video")
    if stream is None:
        raise StillError(NO_PICTURE, "it has no picture")
    picture = cast(VideoStream, stream)
    if cast(VideoCodecContext | None, picture.codec_context) is None:
        raise StillError(CODEC, "no decoder is available for its codec")
    if picture.width * picture.height > PIXELS_MAX:
        size = f"{picture.width}×{picture.height}"
        raise StillError(TOO_LARGE, f"its picture has {size} pixels; the limit is {PIXELS_MAX}")
    return picture


def _packets(container: InputContainer) -> Iterator[Any]:
    """Of the picture, as far as the file can be read. The last one is empty, and flushes the decoder."""
    stream = _picture(container)
    with suppress(av.error.FFmpegError):
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    yield None


def _coded(container: InputContainer) -> list[Coded]:
    base = _picture(container).time_base
    found: list[Coded] = []
    for packet in _packets(container):
        if packet is None:
            break
        time = packet.pts if packet.pts is not None else packet.dts
        shown = found[-1].shown if found else Fraction(0)
        if time is not None:
            shown = time * (packet.time_base or base)
        found.append(Coded(shown, packet.is_keyframe))
    if not found:
        raise StillError(DAMAGED, "none of its frames can be read")
    return found


def _decoded(container: InputContainer, wanted: Pick) -> VideoFrame:
    """The frame shown, or the first after it that can be decoded."""
    stream = _picture(container)
    decoder = stream.codec_context
    decoder.thread_count = 1
    decoder.options = {**decoder.options, "max_pixels": str(PIXELS_MAX)}
    for index, packet in enumerate(_packets(container)):
        if packet is not None and index < wanted.first:
            continue
        for frame in _frames(decoder, packet):
            base = frame.time_base or stream.time_base or Fraction(0)
            if frame.pts is None or frame.pts * base >= wanted.shown:
                if frame.is_corrupt:
                    raise StillError(DAMAGED, "the frame can be decoded only in part")
                return frame
    raise StillError(DAMAGED, "the frame cannot be decoded")


def _frames(decoder: VideoCodecContext, packet: Any) -> list[VideoFrame]:
    """None from a packet that is damaged; those after it may be whole."""
    try:
        return decoder.decode(packet)
    except (av.error.InvalidDataError, av.error.EOFError):
        return []


def _jpeg(frame: VideoFrame, aspect: Fraction, width_max: int) -> bytes:
    """With square pixels, and no wider than the picture is. `aspect` is that of a pixel."""
    shown_width = frame.width * aspect
    width = max(1, min(width_max, round(shown_width)))
    height = max(1, round(width * frame.height / shown_width))
    is_hd = frame.height >= _HD_HEIGHT
    known = frame.colorspace in set(Colorspace)
    scaled = frame.reformat(
        width=width,
        height=height,
        format="yuvj420p",
        src_colorspace=frame.colorspace
        if known
        else (Colorspace.ITU709 if is_hd else Colorspace.ITU601),
        dst_colorspace=Colorspace.ITU601,
        dst_color_range=ColorRange.JPEG,
        interpolation="AREA",
    )
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.color_range = ColorRange.JPEG
    encoder.thread_count = 1
    encoder.options = {"qmin": str(_QUALITY), "qmax": str(_QUALITY), "flags": "+bitexact"}
    scaled.pts, scaled.time_base = 0, Fraction(1, 25)
    return b"".join(bytes(each) for each in [*encoder.encode(scaled), *encoder.encode(None)])


def main() -> int:
    return answer(
        lambda given: still(Order.from_json(given)),
        memory_bytes=_MEMORY_BYTES_MAX,
        cpu_seconds=_CPU_SECONDS_MAX,
        file_bytes=0,
    )


if __name__ == "__main__":
    sys.exit(main())
