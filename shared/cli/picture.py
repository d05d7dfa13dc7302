"""How a picture looks, and the encoder that keeps its look: depth, colour, fields, shape of the pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.codec.context import Flags
from av.container import OutputContainer
from av.video.stream import VideoStream

from cli.errors import CommandError
from cli.essence import BOTTOM_FIRST
from cli.mastering import mastering_of
from cli.ticks import FrameClock
from cli.timeline import FlowMedia

_ENCODERS = {"libx264": "H.264", "libx265": "H.265"}


@dataclass(frozen=True)
class Look:
    """As the first frame of a Flow's media decodes. Colours are libavutil's numbers.

    `fields` is `tff` or `bff`, for the field that is the earlier one; None for a progressive picture.
    """

    width: int
    height: int
    pix_fmt: str
    bits: int
    chroma: str
    fields: str | None
    colour: tuple[int, int, int, int]
    pixel: Fraction | None
    mastering: tuple[str, ...] = ()
    """The static metadata of HDR10, as parameters of x265."""


def look_of(media: FlowMedia) -> Look:
    """Raises CommandError if not a frame decodes."""
    with media.open_first() as container:
        stream = media.stream_of(container)
        assert isinstance(stream, VideoStream)
        frame = next(container.decode(stream), None)
        if frame is None:
            raise CommandError(f"the picture of Flow {media.flow['id']} cannot be decoded")
        form = frame.format
        subsampled = (form.chroma_width(4), form.chroma_height(4))
        chroma = {(2, 2): "420", (2, 4): "422", (4, 4): "444"}.get(subsampled, "420")
        return Look(
            frame.width,
            frame.height,
            form.name,
            form.components[0].bits,
            chroma if not form.is_rgb and len(form.components) >= 3 else "420",
            _fields(stream) if frame.interlaced_frame else None,
            (
                int(frame.color_primaries),
                int(frame.color_trc),
                int(frame.colorspace),
                int(frame.color_range),
            ),
            stream.sample_aspect_ratio,
            mastering_of(frame),
        )


def _fields(stream: VideoStream) -> str:
    return "bff" if stream.codec_context.field_order in BOTTOM_FIRST else "tff"


def add_picture(
    output: OutputContainer, media: FlowMedia, rate: Fraction | None
) -> tuple[VideoStream, str]:
    """A stream to encode into, and what it is, in words. Raises CommandError."""
    look = look_of(media)
    pix_fmt = _pix_fmt(look)
    for encoder in _encoders(look):
        try:
            stream = output.add_stream(encoder, rate=rate or 90_000)
        except ValueError:
            continue  # the file's type cannot hold the codec
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        stream.options = {"crf": "16", "preset": "veryfast"}
        if encoder == "libx265":
            stream.options["x265-params"] = ":".join(("log-level=error", *look.mastering))
        if encoder == "libx265" and output.format.name in {"mp4", "mov", "ipod"}:
            context.codec_tag = "hvc1"
        if look.fields:
            context.flags |= Flags.interlaced_dct | Flags.interlaced_me
            stream.options["x264-params"] = f"{look.fields}=1"
        context.time_base = FrameClock(rate).time_base
        stream.width, stream.height, stream.pix_fmt = look.width, look.height, pix_fmt
        context.color_primaries, context.color_trc = look.colour[:2]
        context.colorspace, context.color_range = look.colour[2:]
        if look.pixel:
            context.sample_aspect_ratio = look.pixel
        depth = "" if pix_fmt == look.pix_fmt else f" in {pix_fmt} from {look.pix_fmt}"
        return stream, f"{_ENCODERS[encoder]}{depth}"
    raise CommandError(
        f"{output.format.name} cannot hold a picture encoded as H.264; export to .mp4, .mov or .mkv"
    )


def _encoders(look: Look) -> Iterator[str]:
    """H.265 for more than 8 bits, which few players accept in H.264; H.264 has fields."""
    if look.bits > 8 and not look.fields:
        yield "libx265"
    yield "libx264"


def _pix_fmt(look: Look) -> str:
    """With the depth of the source, as far as players accept it, and its chroma."""
    return f"yuv{look.chroma}p10le" if look.bits > 8 else f"yuv{look.chroma}p"
