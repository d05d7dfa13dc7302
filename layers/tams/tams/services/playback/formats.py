"""What players can be given: containers, bit rates, dynamic range."""

from fractions import Fraction

from tams.errors import InvalidRequestError, quoted
from tams.models.flow import AudioFlow, Flow, VideoFlow
from tams.services.playback.codecs import frame_rate

_MP4 = (
    *("video/mp4", "audio/mp4", "application/mp4"),
    *("video/iso.segment", "audio/iso.segment", "application/iso.segment"),
)
_TRANSPORT_STREAMS = ("video/mp2t", "audio/mp2t")
HLS_CONTAINERS = (
    *(*_TRANSPORT_STREAMS, *_MP4),
    *("audio/aac", "audio/mpeg", "audio/ac3", "audio/eac3", "text/vtt"),
)
DASH_CONTAINERS = ("video/mp2t", *_MP4, "video/webm", "audio/webm", "text/vtt")
VTT = "text/vtt"
_SUFFIXES = {
    "video/mp2t": "ts",
    "audio/mp2t": "ts",
    "audio/aac": "aac",
    "audio/mpeg": "mp3",
    "audio/ac3": "ac3",
    "audio/eac3": "eac3",
    "video/webm": "webm",
    "audio/webm": "webm",
    VTT: "vtt",
}

_BITS_PER_KBIT = 1_000
_BITS_PER_PIXEL = Fraction(1, 10)
_BITS_OF_SOUND = 64_000
"""For Flows without bit rates, so that players can order them: about what they take when well compressed."""


def mime_type(flow: Flow) -> str:
    """What DASH calls the container: with its initialisation, a segment of ISO BMFF is MP4."""
    container = (flow.container or "").lower()
    kind = "audio" if isinstance(flow, AudioFlow) else "video"
    return f"{kind}/mp4" if container in _MP4 else container


def file_name(flow: Flow, stem: str = "object") -> str:
    """What an Object would be called as a file: FFmpeg opens nothing without a suffix that it knows."""
    container = (flow.container or "").lower()
    suffix = "mp4" if container in _MP4 else _SUFFIXES.get(container, "bin")
    return f"{stem}.{suffix}"


def is_transport_stream(flow: Flow) -> bool:
    return (flow.container or "").lower() in _TRANSPORT_STREAMS


def has_initialisation(flow: Flow) -> bool:
    """Whether its container can have one apart from the media."""
    return (flow.container or "").lower() in _MP4


def check_container(flow: Flow, playable: tuple[str, ...], by: str) -> None:
    """Raises InvalidRequestError for a Flow that this kind of list cannot hold."""
    container = (flow.container or "").lower()
    if container not in playable:
        has = f"has the container {quoted(container)}" if container else "has no container"
        raise InvalidRequestError(
            f"Flow {flow.id} {has}, but {by} plays {', '.join(playable[:-1])} and {playable[-1]}"
        )


def peak_bit_rate(flow: Flow) -> int:
    """Bits in a second, from the Flow's properties; a guess if they have none."""
    kbit = flow.max_bit_rate or flow.avg_bit_rate
    if kbit:
        return kbit * _BITS_PER_KBIT
    if isinstance(flow, VideoFlow):
        essence = flow.essence_parameters
        pixels = essence.frame_width * essence.frame_height * (frame_rate(flow) or 30)
        return max(1, int(pixels * _BITS_PER_PIXEL))
    if isinstance(flow, AudioFlow):
        return _BITS_OF_SOUND * flow.essence_parameters.channels
    return _BITS_OF_SOUND


def average_bit_rate(flow: Flow) -> int | None:
    return flow.avg_bit_rate * _BITS_PER_KBIT if flow.avg_bit_rate else None


def video_range(flow: VideoFlow) -> str | None:
    """As VIDEO-RANGE has it; None if the Flow does not say."""
    return flow.essence_parameters.transfer_characteristic
