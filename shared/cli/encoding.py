"""Decodes a stretch of time and encodes it again, exact to the frame and to the sample."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import av
import av.error
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags2
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cli.gaps import gaps_in, with_black
from cli.layouts import settle_layout
from cli.packets import MediaPacket
from cli.picture import add_picture
from cli.sound import add_sound, placed
from cli.ticks import FrameClock
from cli.timeline import HAIR, FlowMedia, TimelinePacket
from cli.times import NS, TICK
from tams.timing import TimeRange

SLACK = Fraction(1, 20_000)
"""MPEG-TS rounds times to 1/90000 s, so a frame this close to the start is the first one."""

Encoded = Iterator[tuple[Fraction, MediaPacket]]
"""Packets of one stream in decoding order, each with the time it was encoded for."""

_AUDIO_SAMPLES = 1024


def encode_video(
    output: OutputContainer,
    media: FlowMedia,
    start: Fraction,
    end: Fraction,
    black: Sequence[TimeRange] = (),
) -> tuple[Encoded, str]:
    """Exactly `[start, end)`, beginning at zero, and what it is encoded as. `black` are gaps to fill."""
    stream, words = add_picture(output, media, media.rate)
    return _video(stream, media, start, end, black), words


def encode_audio(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> tuple[Encoded, str]:
    """Exactly `[start, end)`, beginning at zero, and what it is encoded as: lossless if it is so far."""
    stream, words = add_sound(output, media)
    return _audio(stream, media, start, end), words


def _video(
    stream: VideoStream,
    media: FlowMedia,
    start: Fraction,
    end: Fraction,
    black: Sequence[TimeRange],
) -> Encoded:
    clock = FrameClock(media.rate)
    at, last = Fraction(0), -1
    lasting: dict[int, int] = {}
    frames = with_black(_frames(media), black, media.rate)

    def timed(packets: list[MediaPacket]) -> Encoded:
        for packet in packets:  # whose encoder takes all frames for equally long
            packet.duration = lasting.pop(packet.pts or 0, packet.duration)
            yield at, packet

    for shown, until, frame in _on_show(frames, media, start, end):
        at = max(shown - start, Fraction(0))
        last = max(clock.ticks(shown - start), last + 1)  # never two at once
        lasting[last] = frame.duration = max(clock.ticks(until - start) - last, 1)
        frame.time_base, frame.pts = clock.time_base, last
        frame.pict_type = 0  # the encoder chooses anew
        yield from timed(stream.encode(frame))
    yield from timed(stream.encode(None))


def _on_show(
    frames: Iterator[tuple[Fraction, VideoFrame]], media: FlowMedia, start: Fraction, end: Fraction
) -> Iterator[tuple[Fraction, Fraction, VideoFrame]]:
    """What a player shows between these times: each frame, since when, and until when.

    The first may be on show since before `start`.
    """
    holes = [Fraction(each.start_ns or 0, NS) for each in gaps_in(media)]

    def gone(since: Fraction, following: Fraction) -> Fraction:
        return min([following, *(each for each in holes if since < each < following)])

    held: tuple[Fraction, VideoFrame] | None = None
    for shown, frame in frames:
        if shown >= end - SLACK:
            break
        if held is not None and shown > start + SLACK:
            yield held[0], gone(held[0], shown), held[1]
        held = shown, frame
    else:
        end = min(end, Fraction(media.clips[-1].timerange.end_ns or 0, NS))
    if held is not None and gone(held[0], end) > start + SLACK:
        yield held[0], gone(held[0], end), held[1]


def _frames(media: FlowMedia) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames that the Segments show, in order, with their times.

    One decoder reads all Segments. It ends, and begins anew, where an Object has more than its Segment shows,
    for its other frames may have the times of the neighbour's.
    """
    clip, cut = -1, False
    from_ = until = Fraction(0)

    def shown_of(frames: list[VideoFrame]) -> Iterator[tuple[Fraction, VideoFrame]]:
        for frame in frames:
            at = (frame.pts or 0) * TICK
            if from_ - HAIR / 2 <= at < until - HAIR / 2:
                yield at, frame

    with _decoder(media) as decoder:
        for timed in media.packets():
            if timed.clip != clip:
                if clip >= 0 and (cut or timed.is_before):
                    yield from shown_of(decoder.decode(None))
                    decoder.flush_buffers()
                    from_, cut = timed.from_, False
                elif clip < 0:
                    from_ = timed.from_
                clip, until = timed.clip, max(until, timed.until)
            cut = cut or timed.is_after
            timed.packet.pts = round(timed.shown / TICK)
            timed.packet.dts = round(timed.decoded / TICK)
            timed.packet.time_base = TICK
            yield from shown_of(_decode(decoder, timed.packet))
        yield from shown_of(decoder.decode(None))


def _audio(stream: AudioStream, media: FlowMedia, start: Fraction, end: Fraction) -> Encoded:
    rate = stream.rate
    fifo = AudioFifo()
    wanted = round((end - start) * rate)
    written = 0
    for samples in placed(stream, _sound(media), start):
        samples.pts = None
        fifo.write(samples)
        while fifo.samples >= _AUDIO_SAMPLES and written < wanted:
            count = min(_AUDIO_SAMPLES, wanted - written)
            yield from _encoded(stream, fifo, count, written)
            written += count
        if written >= wanted:
            break
    while fifo.samples and written < wanted:
        count = min(_AUDIO_SAMPLES, fifo.samples, wanted - written)
        yield from _encoded(stream, fifo, count, written)
        written += count
    at = Fraction(written, rate)
    yield from ((at, packet) for packet in stream.encode(None))


def _encoded(stream: AudioStream, fifo: AudioFifo, count: int, position: int) -> Encoded:
    frame = fifo.read(count)
    assert isinstance(frame, AudioFrame)
    frame.pts = position
    frame.time_base = Fraction(1, stream.rate)
    at = Fraction(position, stream.rate)
    yield from ((at, packet) for packet in stream.encode(frame))


def _sound(media: FlowMedia) -> Iterator[tuple[TimelinePacket, AudioFrame]]:
    """All decodable sound, each frame with the packet that produced it."""
    with _decoder(media) as decoder:
        for timed in media.packets():
            for frame in _decode(decoder, timed.packet):
                yield timed, frame


def _decode(decoder: Any, packet: MediaPacket) -> list[Any]:
    """Returns nothing for a damaged packet, as players do."""
    try:
        frames: list[Any] = decoder.decode(packet)
    except av.error.InvalidDataError:
        return []
    return frames


@contextmanager
def _decoder(media: FlowMedia) -> Iterator[Any]:
    """The decoder of the first Object, configured by its container with what the packets do not contain.

    FFV1 needs the size of the picture, ADPCM the length of a block.
    """
    with media.open_first() as first:
        context = media.stream_of(first).codec_context
        if isinstance(context, av.AudioCodecContext):
            settle_layout(context)
            context.flags2 |= Flags2.skip_manual  # Segments say what is heard
        yield context
