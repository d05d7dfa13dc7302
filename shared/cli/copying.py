"""Takes a Flow's packets into another file unchanged, if that file can hold and hide what it must."""

import io
from collections.abc import Iterator
from fractions import Fraction

import av
import av.error
from av.audio.stream import AudioStream
from av.container import OutputContainer

from cli.codecs import BROADCAST
from cli.encoding import Encoded
from cli.packets import codec_of
from cli.pcm import PCM_ONLY, sample_bits
from cli.ticks import FrameClock
from cli.timeline import HAIR, FlowMedia, TimelinePacket
from cli.wrapping import copy_stream

HIDERS = frozenset({"mp4", "mov", "ipod", "3gp", "3g2", "f4v"})
"""Muxers whose files say what of their packets is only decoded: edit lists."""

_DELAYED = frozenset({"opus", "vorbis"})

_WARM_UP = Fraction(1, 10)
"""Seconds of sound before the start that a decoder gets: priming at most, where a file cannot hide them."""


def codec_and_fit(muxer: str, media: FlowMedia) -> tuple[str, bool]:
    """The Flow's codec, and whether files of that type can hold it unchanged."""
    with media.open_first() as first:
        template = media.stream_of(first)
        codec = codec_of(template)
        if muxer == "mpegts" and codec not in BROADCAST:
            return codec, False  # it accepts any codec, as data that no player can read
        if muxer in PCM_ONLY and sample_bits(codec) is None:
            return codec, False
        try:
            with av.open(io.BytesIO(), "w", format=muxer) as trial:
                copy_stream(trial, template)
                trial.start_encoding()
        except (av.error.FFmpegError, ValueError):
            return codec, False
    return codec, True


def why_not_as_is(muxer: str, media: FlowMedia, start_ns: int, end_ns: int) -> str | None:
    """Why the media between these times cannot be copied; None if it can."""
    first, last = media.clips[0].timerange.half_open()[0], media.clips[-1].timerange.half_open()[1]
    assert first is not None
    assert last is not None
    if first < start_ns or last > end_ns:
        return "the timerange starts or ends inside a Segment"
    if not media.is_video:
        return None
    before, elsewhere = media.hides()
    if elsewhere or (before and muxer not in HIDERS):
        return "its Objects hold frames that the Flow does not show"
    return None


def copy_video(output: OutputContainer, media: FlowMedia, start: Fraction) -> Encoded:
    with media.open_first() as first:
        stream = copy_stream(output, media.stream_of(first))
    clock = FrameClock(media.rate)
    stream.time_base = clock.time_base

    def packets() -> Encoded:
        base = clock.time_base
        last: int | None = None
        for timed in media.packets():
            packet = timed.packet
            pts, dts = clock.ticks(timed.shown - start), clock.ticks(timed.decoded - start)
            last = min(pts, dts if last is None else max(dts, last + 1))
            packet.pts, packet.dts = pts, last
            packet.duration = round(timed.duration / base)
            packet.time_base, packet.stream = base, stream
            yield timed.decoded - start, packet

    return packets()


def copy_audio(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> Encoded:
    """Sound that is heard between these times, and what a decoder needs before it."""
    with media.open_first() as first:
        template = media.stream_of(first)
        assert isinstance(template, AudioStream)
        rate = template.codec_context.sample_rate
        stream = copy_stream(output, template)
    hides = output.format.name in HIDERS

    def packets() -> Encoded:
        expected: int | None = None
        for timed in _needed(media, start, end, hides=hides):
            packet = timed.packet
            position = round((timed.shown - start) * rate)
            if expected is not None and abs(position - expected) <= rate // 500:
                position = expected
            samples = round(timed.duration * rate)
            expected = position + samples
            packet.pts = packet.dts = position
            packet.duration = min(samples, max(0, round((timed.until - start) * rate) - position))
            packet.time_base, packet.stream = Fraction(1, rate), stream
            yield timed.shown - start, packet

    return packets()


def priming_shows(muxer: str, codec: str, media: FlowMedia) -> bool:
    """Whether the file would begin with sound that is only decoded. Headers of some codecs count it."""
    return muxer not in HIDERS and codec not in _DELAYED and media.hides()[0]


def _needed(
    media: FlowMedia, start: Fraction, end: Fraction, *, hides: bool
) -> Iterator[TimelinePacket]:
    for timed in media.packets():
        if timed.shown >= end or timed.is_after:
            continue
        is_near = timed.shown > start - _WARM_UP
        lasts = max(timed.duration, HAIR)  # Matroska does not always say
        is_heard = timed.shown + lasts > start and not timed.is_before
        is_priming = timed.is_before and timed.clip == 0 and (hides or is_near)
        if is_heard or is_priming or (hides and is_near):
            yield timed
