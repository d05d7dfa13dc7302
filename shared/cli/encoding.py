"""Decodes a stretch of time and encodes it again, exact to the frame and to the sample."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import floor
from typing import Any

import av
import av.error
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cli.codecs import pcm_bits
from cli.errors import CommandError
from cli.layouts import settle_layout
from cli.pcm import PCM_ONLY, TAKERS
from cli.timeline import FlowMedia
from cli.times import TICK
from cli.wrapping import MediaPacket, codec_of

SLACK = Fraction(1, 20_000)
"""MPEG-TS rounds times to 1/90000 s, so a frame this close to the start is the first one."""

Encoded = Iterator[tuple[Fraction, MediaPacket]]
"""Packets of one stream in decoding order, each with the time it was encoded for."""

_AUDIO_SAMPLES = 1024
_FLAC_TAKERS = frozenset({"mp4", "matroska", "flac", "ogg"})

_LAYOUTS = {
    1: "mono",
    2: "stereo",
    3: "2.1",
    4: "4.0",
    5: "5.0",
    6: "5.1",
    7: "6.1",
    8: "7.1",
    16: "hexadecagonal",
    24: "22.2",
}
"""The layouts libavutil assumes for a mere number of channels: sound is relabelled so, and not mixed."""


def encode_video(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> Encoded:
    """H.264, exactly `[start, end)`, beginning at zero."""
    return _video(_video_stream(output, media), media, start, end)


def encode_audio(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> Encoded:
    """Exactly `[start, end)`, beginning at zero: lossless if no loss has occurred yet, otherwise as AAC."""
    return _audio(_audio_stream(output, media), media, start, end)


def _video_stream(output: OutputContainer, media: FlowMedia) -> VideoStream:
    rate = _frame_rate(media)
    stream = output.add_stream("libx264", rate=rate or 90_000)
    stream.options = {"crf": "16", "preset": "veryfast"}
    stream.codec_context.time_base = 1 / rate if rate else TICK
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
    """A stream with all the Flow's channels. Raises CommandError if the file's type cannot hold it."""
    with media.open_first() as first:
        template = first.streams.best("audio")
        assert isinstance(template, AudioStream)
        codec, context = codec_of(template), template.codec_context
        deep = context.format is not None and context.format.name.startswith("s32")
        layout, channels, rate = settle_layout(context), context.channels, context.sample_rate
    layouts = [layout] if layout != f"{channels} channels" else []
    layouts += [each for each in [_LAYOUTS.get(channels)] if each and each not in layouts]
    lacks = f"{channels} channels of {codec}"
    for encoder, form in _encoders(output, codec, deep):
        for each in layouts:
            if not _opens(encoder, form, each, rate):
                continue
            try:
                stream = output.add_stream(encoder, rate=rate)
            except ValueError:
                lacks = encoder.upper()
                break  # the file's type cannot hold the codec
            assert isinstance(stream, AudioStream)
            stream.layout, stream.format = each, form
            return stream
    raise CommandError(f"{output.format.name} cannot hold {lacks}; export to .mov or .mkv")


def _encoders(output: OutputContainer, codec: str, deep: bool) -> list[tuple[str, str]]:
    """Encoders and their sample formats, best first; `deep` sound has more than 16 bits."""
    found: list[tuple[str, str]] = []
    bits = pcm_bits(codec)
    if bits and output.format.name in TAKERS:
        linear = f"pcm_s{max(bits, 16)}le" if "pcm_f" not in codec else f"pcm_f{bits}le"
        forms = {16: "s16", 24: "s32", 32: "flt" if "pcm_f" in codec else "s32", 64: "dbl"}
        found.append((linear, forms[max(bits, 16)]))
    elif bits and bits <= 24 and output.format.name in _FLAC_TAKERS:
        found.append(("flac", "s16" if bits <= 16 else "s32"))
    if output.format.name in PCM_ONLY:
        return [*found, ("pcm_s24le", "s32") if deep else ("pcm_s16le", "s16")]
    return [*found, ("aac", "fltp")]


def _opens(encoder: str, form: str, layout: str, rate: int) -> bool:
    """Whether the encoder supports that layout, which it reveals only when opened."""
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, av.AudioCodecContext)
    context.layout, context.format, context.sample_rate = layout, form, rate
    context.time_base = Fraction(1, rate)
    try:
        context.open()
    except av.error.FFmpegError:
        return False
    return True


def _video(stream: VideoStream, media: FlowMedia, start: Fraction, end: Fraction) -> Encoded:
    time_base = stream.codec_context.time_base
    at = Fraction(0)
    for shown, frame in _frames(media):
        if not start - SLACK <= shown < end - SLACK:
            continue
        at = shown - start
        frame.time_base = time_base
        frame.pts = max(
            0, floor(at / time_base + Fraction(1, 2))
        )  # halves upwards, never two at once
        frame.pict_type = 0  # the encoder chooses anew
        yield from ((at, packet) for packet in stream.encode(frame))
    yield from ((at, packet) for packet in stream.encode(None))


def _frames(media: FlowMedia) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames in display order, with their times; one decoder reads all Segments."""
    with _decoder(media) as decoder:
        for timed in media.packets():
            timed.packet.pts = round(timed.shown / TICK)
            timed.packet.dts = round(timed.decoded / TICK)
            timed.packet.time_base = TICK
            for frame in _decode(decoder, timed.packet):
                yield (frame.pts or 0) * TICK, frame
        for frame in decoder.decode(None):
            yield (frame.pts or 0) * TICK, frame


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
    """Decoded sound from `start` on, exact to the sample, in the encoder's format."""
    resampler = AudioResampler(format=stream.format, layout=stream.layout, rate=stream.rate)
    fifo = AudioFifo()
    skip: int | None = None
    for first_shown, decoded in _sound(media):
        if skip is None:
            skip = max(0, round((start - first_shown) * stream.rate))
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


def _sound(media: FlowMedia) -> Iterator[tuple[Fraction, AudioFrame]]:
    """All decodable sound, each frame with the time of the packet that produced it."""
    with _decoder(media) as decoder:
        for timed in media.packets():
            for frame in _decode(decoder, timed.packet):
                yield timed.shown, frame


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
        yield context
