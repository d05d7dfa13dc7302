"""Puts packets of one stream into a container of their own, without re-encoding."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import av.error
from av.container import OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from cli.codecs import IN_AVI, Wrapping
from cli.fragments import Fragmenter
from cli.packets import MediaPacket, codec_of, time_of
from cli.ticks import Placed, clock_for
from cli.times import TICK

_RAW_TAGS = {"yuv420p": "I420", "yuv422p": "Y42B", "nv12": "NV12"}
"""By libavutil's names of planar pictures. For others Matroska has no tag, or QuickTime is as good."""

LEAD_SECONDS = 10
"""MPEG-TS times start here, so that anything before the first frame (B-frames, priming) stays positive."""


@dataclass(frozen=True)
class Wrapped:
    """An Object. `shift` is the file's time minus that in the Object; `refused` are packets it lacks.

    `init` is the initialisation that a reader of the Object needs first.
    """

    media: bytes
    shift: Fraction
    refused: Sequence[MediaPacket]
    init: bytes | None = None


def copy_stream(output: OutputContainer, template: Stream) -> Stream:
    """A stream for the template's packets; `opaque` needs no encoder, which many codecs do not have.

    From the tag alone decoders of ProRes and UT Video learn the profile, depth and alpha, and readers of
    Matroska how raw pictures are packed.
    """
    stream = output.add_stream_from_template(template, opaque=True)
    codec, muxer = codec_of(template), output.format.name
    if (codec == "prores" and muxer == "mov") or (codec in IN_AVI and muxer == "avi"):
        stream.codec_context.codec_tag = template.codec_context.codec_tag
    elif codec == "rawvideo" and muxer == "matroska":
        stream.codec_context.codec_tag = _RAW_TAGS.get(_packing(template) or "", "\0\0\0\0")
    return stream


class Wrapper:
    """Makes the Objects of one track, in order.

    MPEG-TS and fragmented MP4 keep the distance to the file's first frame, so that Objects played one after
    the other are continuous; the others start at zero. `origin` is the file's time of that frame, and `rate`
    that of the picture, if it is fixed. Fragments count from `lead_seconds` before it.
    """

    def __init__(
        self,
        stream: Stream,
        wrapping: Wrapping,
        origin: Fraction,
        *,
        rate: Fraction | None = None,
        lead_seconds: int = 0,
    ) -> None:
        self._stream = stream
        self._wrapping = wrapping
        self._origin = origin
        self._lead_seconds = lead_seconds
        self._clock = clock_for(stream, rate, Fraction(lead_seconds))
        self._fragments = Fragmenter(stream, self._clock.time_base)

    def wrap_all(self, packets: Sequence[MediaPacket]) -> Wrapped | None:
        """None unless the container accepts all the packets, and returns them as the same codec."""
        found = self._wrapped(self._placed(packets))
        return None if found is None or found.refused else found

    def wrap(self, packets: Sequence[MediaPacket]) -> Wrapped | None:
        """None when the container accepts none of the packets, or turns them into something else."""
        placed = self._placed(packets)
        whole = self._wrapped(placed)
        if whole is not None:
            return whole
        # One damaged packet can spoil what is written after it: leave out each that does not even fit alone.
        fitting = [each for each in placed if self._wrapped([each]) is not None]
        if not 0 < len(fitting) < len(packets):
            return None
        rest = self._wrapped(fitting)
        if rest is None:
            return None
        kept = {id(each) for each in fitting}
        left_out = [each.packet for each in placed if id(each) not in kept]
        return Wrapped(rest.media, rest.shift, [*left_out, *rest.refused], rest.init)

    def _placed(self, packets: Sequence[MediaPacket]) -> list[Placed]:
        if self._wrapping.is_fragmented:
            return self._clock.placed(packets, self._origin - self._lead_seconds)
        first = min(each.dts if each.dts is not None else each.pts or 0 for each in packets)
        base = self._stream.time_base or TICK
        in_ts = self._wrapping.muxer == "mpegts"
        shift = int((LEAD_SECONDS - self._origin) / base) if in_ts else -first
        placed = []
        for each in packets:
            assert each.pts is not None
            dts = None if each.dts is None else each.dts + shift
            placed.append(Placed(each, each.pts + shift, dts, each.duration or 0))
        return placed

    def _wrapped(self, placed: Sequence[Placed]) -> Wrapped | None:
        times = [_times(each.packet) for each in placed]
        try:
            if self._wrapping.is_fragmented:
                return self._fragment(placed)
            whole = _whole(self._stream, self._wrapping, placed)
            return None if whole is None else self._steady(whole)
        except (av.error.FFmpegError, ValueError):
            return None
        finally:
            for each, before in zip(placed, times, strict=True):
                # muxing moves and rescales them
                packet = each.packet
                packet.pts, packet.dts, packet.duration, packet.time_base = before

    def _fragment(self, placed: Sequence[Placed]) -> Wrapped | None:
        made = self._fragments.fragment(placed)
        if made is None or _first_time(made.init + made.media, "mp4", self._stream) is None:
            return None
        return Wrapped(made.media, self._origin - self._lead_seconds, [], made.init)

    def _steady(self, whole: Wrapped) -> Wrapped:
        """With the same shift for all Objects, which MPEG-TS rounds to its ticks."""
        exact = self._origin - LEAD_SECONDS
        in_ts = self._wrapping.muxer == "mpegts"
        return replace(whole, shift=exact) if in_ts and _is_near(whole.shift, exact) else whole


def _is_near(found: Fraction, exact: Fraction) -> bool:
    return abs(found - exact) <= TICK


def _times(packet: MediaPacket) -> tuple[int | None, int | None, int | None, Fraction]:
    assert packet.time_base is not None
    return packet.pts, packet.dts, packet.duration, packet.time_base


def _whole(stream: Stream, wrapping: Wrapping, placed: Sequence[Placed]) -> Wrapped | None:
    """A file of its own."""
    target = io.BytesIO()
    times = {id(each.packet): time_of(each.packet) for each in placed}
    refused = _mux(target, stream, wrapping, placed)
    for each in refused:
        del times[id(each)]
    if not times:
        return None
    found = _first_time(target.getbuffer(), wrapping.muxer, stream)
    return (
        None if found is None else Wrapped(target.getvalue(), min(times.values()) - found, refused)
    )


def _mux(
    target: io.BytesIO, stream: Stream, wrapping: Wrapping, placed: Sequence[Placed]
) -> list[MediaPacket]:
    options = {"mpegts_copyts": "1"} if wrapping.muxer == "mpegts" else {}
    time_base = stream.time_base or TICK
    refused = []
    with av.open(target, "w", format=wrapping.muxer, options=options) as output:
        copy = copy_stream(output, stream)
        output.start_encoding()
        for each in placed:
            packet = each.packet
            packet.stream, packet.time_base = copy, time_base
            packet.pts, packet.dts = each.pts, each.dts
            try:
                output.mux(packet)
            except av.error.FFmpegError:
                refused.append(packet)
    return refused


def _first_time(media: bytes | memoryview, muxer: str, stream: Stream) -> Fraction | None:
    """The earliest time that a reader finds; None unless it finds one stream like this one, to its end."""
    with av.open(io.BytesIO(media), "r", format=muxer) as container:
        if [_look(each) for each in container.streams] != [_look(stream)]:
            return None
        times = [time_of(packet) for packet in container.demux() if packet.pts is not None]
    return min(times, default=None)


def _look(stream: Stream) -> tuple[str, str | None]:
    """The codec, and the packing of raw pictures: a container may not support that packing."""
    codec = codec_of(stream)
    return codec, _packing(stream) if codec == "rawvideo" else None


def _packing(stream: Stream) -> str | None:
    form = stream.codec_context.format if isinstance(stream, VideoStream) else None
    return form.name if form else None
