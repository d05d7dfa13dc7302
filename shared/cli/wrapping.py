"""Puts packets of one stream into a container of their own, without re-encoding."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import av.error
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from cli.codecs import Kind, Wrapping, wrappings_for
from cli.times import TICK, to_ns

if TYPE_CHECKING:
    MediaPacket = Packet[Stream]
else:
    MediaPacket = Packet  # generic for type checkers only

LEAD_SECONDS = 10
"""MPEG-TS times start here, so that anything before the first frame (B-frames, priming) stays positive."""


@dataclass(frozen=True)
class Wrapped:
    """An Object. `first_ns` is the earliest time a reader finds in it; `refused` are packets it lacks."""

    media: bytes
    first_ns: int
    refused: Sequence[MediaPacket]


def time_of(packet: MediaPacket) -> Fraction:
    """When a packet is shown, in seconds of the file."""
    assert packet.pts is not None
    assert packet.time_base is not None
    return packet.pts * packet.time_base


def duration_of(packet: MediaPacket) -> Fraction:
    """In seconds; 0 where the file does not say."""
    return (packet.duration or 0) * (packet.time_base or Fraction(0))


def codec_of(stream: Stream) -> str:
    """The codec's name, whichever decoder reads it; empty if there is none."""
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else ""


def copy_stream(output: OutputContainer, template: Stream) -> Stream:
    """A stream for the template's packets; `opaque` needs no encoder, which many codecs do not have."""
    return output.add_stream_from_template(template, opaque=True)


def choose_wrapping(stream: Stream, kind: Kind, packets: Sequence[MediaPacket]) -> Wrapping | None:
    """The best container that holds these packets and returns them as the same codec."""
    origin = min(time_of(packet) for packet in packets)
    for wrapping in wrappings_for(kind, codec_of(stream)):
        if _wrapped(stream, wrapping, packets, origin) is not None:
            return wrapping
    return None


def wrap(
    stream: Stream, wrapping: Wrapping, packets: Sequence[MediaPacket], origin: Fraction
) -> Wrapped | None:
    """None when the container accepts none of the packets, or turns them into something else.

    MPEG-TS keeps the distance to the file's first frame, so that Objects played one after the other are
    continuous; the others start at zero.
    """
    whole = _wrapped(stream, wrapping, packets, origin)
    if whole is not None:
        return whole
    # One damaged packet can spoil what is written after it: leave out each that does not even fit alone.
    fitting = [each for each in packets if _wrapped(stream, wrapping, [each], origin) is not None]
    if not 0 < len(fitting) < len(packets):
        return None
    rest = _wrapped(stream, wrapping, fitting, origin)
    if rest is None:
        return None
    left_out = [each for each in packets if each not in fitting]
    return Wrapped(rest.media, rest.first_ns, [*left_out, *rest.refused])


def _wrapped(
    stream: Stream, wrapping: Wrapping, packets: Sequence[MediaPacket], origin: Fraction
) -> Wrapped | None:
    target = io.BytesIO()
    times = [(each.pts, each.dts, each.duration, each.time_base) for each in packets]
    try:
        refused = _mux(target, stream, wrapping, packets, origin)
        if len(refused) == len(packets):
            return None
        first = _first_time(target, wrapping, stream)
    except (av.error.FFmpegError, ValueError):
        return None
    finally:
        for packet, before in zip(packets, times, strict=True):
            # muxing moves and rescales them
            packet.pts, packet.dts, packet.duration, packet.time_base = before
    return Wrapped(target.getvalue(), to_ns(first), refused) if first is not None else None


def _mux(
    target: io.BytesIO,
    stream: Stream,
    wrapping: Wrapping,
    packets: Sequence[MediaPacket],
    origin: Fraction,
) -> list[MediaPacket]:
    in_ts = wrapping.muxer == "mpegts"
    options = {"mpegts_copyts": "1"} if in_ts else {}
    time_base = stream.time_base or TICK
    first = min(packet.dts if packet.dts is not None else packet.pts or 0 for packet in packets)
    shift = int((LEAD_SECONDS - origin) / time_base) if in_ts else -first
    refused = []
    with av.open(target, "w", format=wrapping.muxer, options=options) as output:
        copy = copy_stream(output, stream)
        output.start_encoding()
        for packet in packets:
            packet.stream = copy
            assert packet.pts is not None
            packet.pts += shift
            if packet.dts is not None:
                packet.dts += shift
            packet.time_base = time_base
            try:
                output.mux(packet)
            except av.error.FFmpegError:
                refused.append(packet)
    return refused


def _first_time(target: io.BytesIO, wrapping: Wrapping, stream: Stream) -> Fraction | None:
    with av.open(io.BytesIO(target.getbuffer()), "r", format=wrapping.muxer) as container:
        if [_look(each) for each in container.streams] != [_look(stream)]:
            return None
        times = [time_of(packet) for packet in container.demux() if packet.pts is not None]
    return min(times, default=None)


def _look(stream: Stream) -> tuple[str, str | None]:
    """The codec, and the packing of raw pictures: a container may not support that packing."""
    codec, packing = codec_of(stream), None
    if codec == "rawvideo" and isinstance(stream, VideoStream):
        form = stream.codec_context.format
        packing = form.name if form else None
    return codec, packing
