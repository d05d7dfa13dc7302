"""The encoder for sound, which is lossless if the source is lossless, and the place of each sample."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.error
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer

from cli.codecs import pcm_bits
from cli.errors import CommandError
from cli.layouts import settle_layout
from cli.packets import codec_of
from cli.pcm import PCM_ONLY, TAKERS
from cli.timeline import HAIR, FlowMedia, TimelinePacket

_LOSSLESS = frozenset({"flac", "alac", "tta", "wavpack", "mlp", "truehd"})
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

_JOINED = Fraction(1, 100)
"""Seconds by which a sample's time may be off before it counts as a gap, or as sound that overlaps."""


def add_sound(output: OutputContainer, media: FlowMedia) -> tuple[AudioStream, str]:
    """A stream with all the Flow's channels, and what it is, in words.

    Raises CommandError if the file's type cannot hold it.
    """
    with media.open_first() as first:
        template = first.streams.best("audio")
        assert isinstance(template, AudioStream)
        codec, context = codec_of(template), template.codec_context
        form = context.format.name if context.format is not None else ""
        deep, bits = form.startswith("s32"), _bits(codec, form)
        layout, channels, rate = settle_layout(context), context.channels, context.sample_rate
    layouts = [layout] if layout != f"{channels} channels" else []
    layouts += [each for each in [_LAYOUTS.get(channels)] if each and each not in layouts]
    lacks = f"{channels} channels of {codec}"
    for encoder, form, words in _encoders(output, codec, bits, deep=deep):
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
            named = layout != f"{channels} channels"
            relabelled = f" with the channels of {each}" if named and each != layout else ""
            return stream, words + relabelled
    raise CommandError(f"{output.format.name} cannot hold {lacks}; export to .mov or .mkv")


def _bits(codec: str, form: str) -> int | None:
    """Bits of a sample, if the codec loses none; None otherwise."""
    if codec in _LOSSLESS:
        return 16 if form.startswith(("s16", "u8")) else 24
    return pcm_bits(codec)


def _encoders(
    output: OutputContainer, codec: str, bits: int | None, *, deep: bool
) -> list[tuple[str, str, str]]:
    """Encoders, their sample formats, and words for them, best first; `deep` sound has more than 16 bits."""
    found: list[tuple[str, str, str]] = []
    muxer = output.format.name
    if bits and muxer in TAKERS:
        kind = "f" if "pcm_f" in codec else "s"
        forms = {16: "s16", 24: "s32", 32: "flt" if kind == "f" else "s32", 64: "dbl"}
        deepest = max(bits, 16)
        found.append((f"pcm_{kind}{deepest}le", forms[deepest], "PCM, without loss"))
    elif bits and bits <= 24 and muxer in _FLAC_TAKERS:
        found.append(("flac", "s16" if bits <= 16 else "s32", "FLAC, without loss"))
    if muxer in PCM_ONLY:
        plain = ("pcm_s24le", "s32") if deep else ("pcm_s16le", "s16")
        return [*found, (*plain, "PCM")]
    return [*found, ("aac", "fltp", "AAC")]


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


def placed(
    stream: AudioStream, sound: Iterable[tuple[TimelinePacket, AudioFrame]], start: Fraction
) -> Iterator[AudioFrame]:
    """Decoded sound from `start` on, in the encoder's format: each sample in its place, gaps silent."""
    rate = stream.rate
    resampler = AudioResampler(format=stream.format, layout=stream.layout, rate=rate)
    following = 0
    expected: int | None = None
    for timed, decoded in sound:
        position, lead, trail = _place(timed, decoded, start, rate)
        for frame in resampler.resample(decoded):
            if expected is not None and abs(position - expected) <= rate * _JOINED:
                position = expected
            expected = position + frame.samples
            skipped = max(lead, following - position, 0)
            lead = max(0, lead - frame.samples)
            kept = frame.samples - trail
            if kept <= skipped:
                position = expected
                continue
            if position + skipped > following:
                yield _silence(stream, position + skipped - following)
            yield _part(frame, skipped, kept)
            following, position = position + kept, expected


def _place(
    timed: TimelinePacket, decoded: AudioFrame, start: Fraction, rate: int
) -> tuple[int, int, int]:
    """The position of its first sample after `start`, and how many at its ends its Segment does not show."""
    ends = timed.shown + Fraction(decoded.samples, decoded.sample_rate)
    lead, trail = timed.from_ - timed.shown, ends - timed.until
    return (
        round((timed.shown - start) * rate),
        round(lead * rate) if lead > HAIR else 0,
        min(decoded.samples, round(trail * rate)) if trail > HAIR else 0,
    )


def _part(frame: AudioFrame, from_sample: int, until_sample: int) -> AudioFrame:
    if from_sample == 0 and until_sample == frame.samples:
        return frame
    fifo = AudioFifo()
    frame.pts = None
    fifo.write(frame)
    if from_sample:
        fifo.read(from_sample)
    part = fifo.read(until_sample - from_sample)
    assert isinstance(part, AudioFrame)
    return part


def _silence(stream: AudioStream, samples: int) -> AudioFrame:
    frame = AudioFrame(format=stream.format.name, layout=stream.layout.name, samples=samples)
    frame.sample_rate = stream.rate
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
