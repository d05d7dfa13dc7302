"""Encodes frames in the format of the original picture, so that a player continues without a change."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from tams.media.faults import CODEC, StillError

_PROFILES = {
    "Constrained Baseline": "baseline",
    "Baseline": "baseline",
    "Main": "main",
    "High": "high",
    "High 10": "high10",
    "High 4:2:2": "high422",
}
_ENCODED = "h264"
_OPTIONS = {"preset": "veryfast", "crf": "17", "threads": "2"}
_X264 = "keyint=infinite:scenecut=0:bframes=0:sps-id=17"
"""One key frame, and frames in the order in which they are shown. Source: x264 --fullhelp.

Parameter sets have an id of their own, so that a decoder can keep the original's as well.
"""


def encoder_for(output: OutputContainer, picture: VideoStream) -> VideoStream:
    """Raises StillError for a picture that cannot be encoded alike."""
    context = picture.codec_context
    if context.name != _ENCODED:
        raise StillError(
            CODEC, f"{context.name} can be cut only at key frames; only H.264 can be re-encoded"
        )
    profile = _PROFILES.get(context.profile or "")
    if profile is None:
        raise StillError(CODEC, f"its profile of H.264, {context.profile}, cannot be encoded")
    rate = picture.average_rate or picture.guessed_rate or Fraction(25)
    options = {**_OPTIONS, "profile": profile, "x264-params": _X264}
    level: Any = getattr(context, "level", None)
    if isinstance(level, int) and level > 0:
        options["level"] = f"{level // 10}.{level % 10}"
    stream = output.add_stream("libx264", rate=rate, options=options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = context.width, context.height, context.pix_fmt
    stream.codec_context.sample_aspect_ratio = picture.sample_aspect_ratio or Fraction(1)
    stream.codec_context.time_base = stream.time_base = picture.time_base or Fraction(1, 90_000)
    for name in ("color_range", "color_primaries", "color_trc", "colorspace"):
        setattr(stream.codec_context, name, getattr(context, name))
    return stream


def encoded(frames: Iterable[VideoFrame], stream: VideoStream) -> Iterator[Any]:
    """The packets, each frame at its own time, with parameter sets in the first one wherever they are else.

    FFmpeg, when it plays a list, knows no initialisation but the first.
    """
    sets = stream.codec_context.extradata or b""
    for frame in frames:
        frame.pict_type = PictureType.NONE  # or each would become what it was
        for packet in stream.encode(frame):
            yield _with_sets(packet, sets) if packet.is_keyframe else packet
    for packet in stream.encode(None):
        yield _with_sets(packet, sets) if packet.is_keyframe else packet


def _with_sets(packet: Any, sets: bytes) -> Any:
    made = Packet(sets + bytes(packet))
    for name in ("pts", "dts", "duration", "time_base", "is_keyframe"):
        setattr(made, name, getattr(packet, name))
    return made
