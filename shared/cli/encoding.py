"""Decoding a stretch of time and encoding it anew, to the frame and to the sample."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import OutputContainer
from av.video.frame import VideoFrame

from cli.timeline import FlowMedia
from cli.times import NS

SLACK = Fraction(1, 20_000)
"""MPEG-TS rounds times to 1/90000 s: a frame this close to the start is the first one."""

_TICKS = Fraction(1, 90_000)
_AUDIO_SAMPLES = 1024


def encode(output: OutputContainer, media: list[FlowMedia], start_ns: int, end_ns: int) -> None:
    """One stream a Flow, exactly `[start_ns, end_ns)`, beginning at zero."""
    start, end = Fraction(start_ns, NS), Fraction(end_ns, NS)
    for each in media:
        if each.is_video:
            _encode_video(output, each, start, end)
        else:
            _encode_audio(output, each, start, end)


def _encode_video(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> None:
    ratio = media.flow["essence_parameters"].get("frame_rate")
    rate = Fraction(ratio["numerator"], ratio.get("denominator", 1)) if ratio else None
    stream = output.add_stream("libx264", rate=rate or 90_000)
    stream.options = {"crf": "16", "preset": "veryfast"}
    stream.time_base = stream.codec_context.time_base = 1 / rate if rate else _TICKS
    is_first = True
    for shown, frame in _frames(media):
        if not start - SLACK <= shown < end - SLACK:
            continue
        if is_first:
            stream.width, stream.height = frame.width, frame.height
            stream.pix_fmt = "yuv420p"
            is_first = False
        frame.time_base = stream.codec_context.time_base
        frame.pts = max(0, round((shown - start) / frame.time_base))
        frame.pict_type = 0
        output.mux(stream.encode(frame))
    if not is_first:
        output.mux(stream.encode(None))


def _frames(media: FlowMedia) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames in the order they are shown, with their time; one decoder goes through all Segments."""
    with media.open_first() as first:
        template = first.streams.video[0]
        decoder = av.CodecContext.create(template.codec_context.name, "r")
        decoder.extradata = template.codec_context.extradata
        assert isinstance(decoder, av.VideoCodecContext)
        for timed in media.packets():
            timed.packet.pts = round(timed.shown / _TICKS)
            timed.packet.dts = round(timed.decoded / _TICKS)
            timed.packet.time_base = _TICKS
            for frame in decoder.decode(timed.packet):
                yield (frame.pts or 0) * _TICKS, frame
        for frame in decoder.decode(None):
            yield (frame.pts or 0) * _TICKS, frame


def _encode_audio(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> None:
    essence = media.flow["essence_parameters"]
    rate = essence["sample_rate"]
    layout = {1: "mono", 2: "stereo"}.get(essence["channels"], f"{essence['channels']}c")
    stream = output.add_stream("aac", rate=rate)
    stream.layout = layout
    resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
    fifo = AudioFifo()
    wanted = round((end - start) * rate)
    skip: int | None = None
    written = 0
    for shown, decoded in _samples(media):
        if skip is None:
            skip = max(0, round((start - shown) * rate))
        for frame in resampler.resample(decoded):
            frame.pts = None
            fifo.write(frame)
        if skip and fifo.samples > skip:
            fifo.read(skip)
            skip = 0
        while skip == 0 and fifo.samples >= _AUDIO_SAMPLES and written < wanted:
            written += _write(output, stream, fifo, min(_AUDIO_SAMPLES, wanted - written), written)
    while fifo.samples and written < wanted and not skip:
        count = min(_AUDIO_SAMPLES, fifo.samples, wanted - written)
        written += _write(output, stream, fifo, count, written)
    output.mux(stream.encode(None))


def _write(
    output: OutputContainer, stream: av.AudioStream, fifo: AudioFifo, count: int, at: int
) -> int:
    frame = fifo.read(count)
    assert isinstance(frame, AudioFrame)
    frame.pts = at
    frame.time_base = Fraction(1, stream.rate or 1)
    output.mux(stream.encode(frame))
    return count


def _samples(media: FlowMedia) -> Iterator[tuple[Fraction, AudioFrame]]:
    with media.open_first() as first:
        template = first.streams.audio[0]
        decoder = av.CodecContext.create(template.codec_context.name, "r")
        decoder.extradata = template.codec_context.extradata
        assert isinstance(decoder, av.AudioCodecContext)
        if template.codec_context.name.startswith("pcm_"):
            decoder.sample_rate = template.codec_context.sample_rate
            decoder.layout = template.codec_context.layout
        for timed in media.packets():
            for frame in decoder.decode(timed.packet):
                yield timed.shown, frame
