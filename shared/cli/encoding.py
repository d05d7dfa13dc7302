"""Decoding a stretch of time and encoding it anew, to the frame and to the sample."""

import heapq
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import av
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cli.timeline import FlowMedia
from cli.times import NS
from cli.wrapping import MediaPacket

SLACK = Fraction(1, 20_000)
"""MPEG-TS rounds times to 1/90000 s: a frame this close to the start is the first one."""

Encoded = Iterator[tuple[Fraction, MediaPacket]]
"""Packets of one stream in the order they are decoded, each with the time it was encoded for."""

_TICKS = Fraction(1, 90_000)
_AUDIO_SAMPLES = 1024


def encode(output: OutputContainer, media: list[FlowMedia], start_ns: int, end_ns: int) -> None:
    """One stream a Flow, exactly `[start_ns, end_ns)`, beginning at zero."""
    start, end = Fraction(start_ns, NS), Fraction(end_ns, NS)
    encoders = []
    for each in media:
        if each.is_video:
            encoders.append(_video(_video_stream(output, each), each, start, end))
        else:
            encoders.append(_audio(_audio_stream(output, each), each, start, end))
    for _, packet in heapq.merge(*encoders, key=lambda entry: entry[0]):
        output.mux(packet)


def _video_stream(output: OutputContainer, media: FlowMedia) -> VideoStream:
    rate = _frame_rate(media)
    stream = output.add_stream("libx264", rate=rate or 90_000)
    stream.options = {"crf": "16", "preset": "veryfast"}
    stream.codec_context.time_base = 1 / rate if rate else _TICKS
    with media.open_first() as first:
        context = first.streams.video[0].codec_context
        stream.width, stream.height = context.width, context.height
    stream.pix_fmt = "yuv420p"
    return stream


def _frame_rate(media: FlowMedia) -> Fraction | None:
    """None when the Flow's frame rate varies."""
    ratio = media.flow["essence_parameters"].get("frame_rate")
    return Fraction(ratio["numerator"], ratio.get("denominator", 1)) if ratio else None


def _audio_stream(output: OutputContainer, media: FlowMedia) -> AudioStream:
    essence = media.flow["essence_parameters"]
    stream: AudioStream = output.add_stream("aac", rate=int(essence["sample_rate"]))
    channels = essence["channels"]
    stream.layout = {1: "mono", 2: "stereo", 6: "5.1"}.get(channels, f"{channels} channels")
    return stream


def _video(stream: VideoStream, media: FlowMedia, start: Fraction, end: Fraction) -> Encoded:
    time_base = stream.codec_context.time_base
    at = Fraction(0)
    for shown, frame in _frames(media):
        if not start - SLACK <= shown < end - SLACK:
            continue
        at = shown - start
        frame.time_base = time_base
        frame.pts = max(0, round(at / time_base))
        frame.pict_type = 0  # the encoder chooses anew
        yield from ((at, packet) for packet in stream.encode(frame))
    yield from ((at, packet) for packet in stream.encode(None))


def _frames(media: FlowMedia) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames in the order they are shown, with their time; one decoder goes through all Segments."""
    decoder = _decoder(media, "video")
    for timed in media.packets():
        timed.packet.pts = round(timed.shown / _TICKS)
        timed.packet.dts = round(timed.decoded / _TICKS)
        timed.packet.time_base = _TICKS
        for frame in decoder.decode(timed.packet):
            yield (frame.pts or 0) * _TICKS, frame
    for frame in decoder.decode(None):
        yield (frame.pts or 0) * _TICKS, frame


def _audio(stream: AudioStream, media: FlowMedia, start: Fraction, end: Fraction) -> Encoded:
    rate = stream.rate
    fifo = AudioFifo()
    wanted = round((end - start) * rate)
    written = 0
    for samples in _samples(stream, media, start):
        samples.pts = None
        fifo.write(samples)
        while fifo.samples >= _AUDIO_SAMPLES and written < wanted:
            count = min(_AUDIO_SAMPLES, wanted - written)
            yield from _encoded(stream, fifo, count, written)
            written += count
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


def _samples(stream: AudioStream, media: FlowMedia, start: Fraction) -> Iterator[AudioFrame]:
    """Decoded sound from `start` on, to the sample, in the form the encoder takes."""
    decoder = _decoder(media, "audio")
    resampler = AudioResampler(format="fltp", layout=stream.layout, rate=stream.rate)
    fifo = AudioFifo()
    skip: int | None = None
    for timed in media.packets():
        for decoded in decoder.decode(timed.packet):
            if skip is None:
                skip = max(0, round((start - timed.shown) * stream.rate))
            for frame in resampler.resample(decoded):
                if not skip:
                    yield frame
                    continue
                frame.pts = None
                fifo.write(frame)
                if fifo.samples > skip:
                    fifo.read(skip)
                    skip = 0
                    rest = fifo.read()
                    assert isinstance(rest, AudioFrame)
                    yield rest


def _decoder(media: FlowMedia, kind: Literal["video", "audio"]) -> Any:
    with media.open_first() as first:
        template = first.streams.best(kind)
        assert template is not None
        context = template.codec_context
        decoder = av.CodecContext.create(context.name, "r")
        decoder.extradata = context.extradata
        if isinstance(context, av.AudioCodecContext):
            assert isinstance(decoder, av.AudioCodecContext)
            decoder.sample_rate, decoder.layout = context.sample_rate, context.layout
    return decoder
