"""Describes a media file in TAMS's terms. Opens any file PyAV can read; decodes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from cli.codec_strings import codec_string
from cli.codecs import Asked, Kind, Wrapping, mime_of, resolved, wrappings_for
from cli.damage import demuxed
from cli.errors import NotMediaError, RefusedError
from cli.essence import audio_essence, frame_rate, raw_packing, video_essence
from cli.packets import MediaPacket, codec_of, time_of
from cli.presenting import presented
from cli.wrapping import Wrapper

FORMATS = {"video": "urn:x-nmos:format:video", "audio": "urn:x-nmos:format:audio"}

_TRIED_PACKETS = 8
"""How many packets of a stream are put into a container to test whether it can hold them."""

_STILLS = ("image2", "_pipe", "ico")
"""What the names of libavformat's demuxers for still pictures end in."""

_STILL_BRANDS = frozenset({"avif", "heic", "heix", "mif1"})
"""Brands of still pictures in the file format of MP4."""

ATTACHED = Disposition.attached_pic | Disposition.timed_thumbnails


@dataclass(frozen=True)
class Track:
    """One elementary stream; `codec` is the codec's canonical name in libavcodec.

    `first` is the file's time of what it shows first, `codec_string` the name that players know its codec by
    (RFC 6381), if its container states it.
    """

    index: int
    kind: Kind
    codec: str
    mime: str
    essence: dict[str, Any]
    rate: Fraction | None
    language: str | None
    wrapping: Wrapping
    first: Fraction | None = None
    codec_string: str | None = None


def open_media(path: Path) -> InputContainer:
    """Raises RefusedError for a file that is missing or is not media."""
    try:
        return av.open(str(path.absolute()), metadata_errors="replace")
    except FileNotFoundError as error:
        raise RefusedError(f"{path} does not exist") from error
    except (av.error.FFmpegError, OSError) as error:
        raise NotMediaError(f"{path} cannot be read as media: {error.strerror}") from error


def probe(path: Path, asked: Asked = "auto") -> list[Track]:
    """Picture and sound of a file, each with a container that has been tested to hold it.

    `asked` is the kind of container to prefer.

    Leaves out cover art, subtitles, data and empty tracks. Raises RefusedError for files that cannot be
    ingested.
    """
    if path.is_file() and not path.stat().st_size:
        raise NotMediaError(f"{path} is empty")
    with open_media(path) as container:
        brand = container.metadata.get("major_brand")
        if container.format.name.endswith(_STILLS) or brand in _STILL_BRANDS:
            raise NotMediaError(f"{path} is a still picture; only video and audio can be ingested")
        streams: list[VideoStream | AudioStream] = [
            each for each in container.streams.video if not each.disposition & ATTACHED
        ]
        streams += container.streams.audio
        if not streams:
            raise NotMediaError(f"{path} contains neither picture nor sound")
        mimes = [_mime(path, stream) for stream in streams]
        heads = _first_packets(container, streams)
        asked = resolved(asked, [codec_of(each) for each in streams if heads[each.index]])
        tracks = [
            _track(path, stream, mime, heads[stream.index], asked)
            for stream, mime in zip(streams, mimes, strict=True)
            if heads[stream.index]
        ]
    if not tracks:
        raise RefusedError(f"{path} contains no packets with timestamps")
    return tracks


def _mime(path: Path, stream: VideoStream | AudioStream) -> str:
    codec = codec_of(stream)
    if not codec:
        raise RefusedError(f"{path}: {stream.type} track {stream.index} has an unknown codec")
    if isinstance(stream, AudioStream):
        mime = mime_of("audio", codec)
    elif codec in {"rawvideo", "v210"}:
        mime = "video/raw" if raw_packing(stream) else None
    else:
        mime = mime_of("video", codec)
    if mime is None:
        raise RefusedError(
            f"{path}: {stream.type} track {stream.index} is coded as {codec}, "
            "which cannot be ingested"
        )
    return mime


def _first_packets(
    container: InputContainer, streams: Sequence[VideoStream | AudioStream]
) -> dict[int, list[MediaPacket]]:
    """By stream index, as far as the file is readable."""
    heads: dict[int, list[MediaPacket]] = {stream.index: [] for stream in streams}
    try:
        for packet in demuxed(container, streams):
            head = heads[packet.stream_index]
            if packet.pts is not None and len(head) < _TRIED_PACKETS:
                head.append(packet)
            if all(len(each) == _TRIED_PACKETS for each in heads.values()):
                break
    except av.error.FFmpegError:
        pass  # the rest is not readable; the ingest reports that
    return heads


def _track(
    path: Path,
    stream: VideoStream | AudioStream,
    mime: str,
    packets: Sequence[MediaPacket],
    asked: Asked,
) -> Track:
    video = isinstance(stream, VideoStream)
    kind: Kind = "video" if video else "audio"
    codec = codec_of(stream)
    if isinstance(stream, VideoStream):
        essence, rate = video_essence(stream), frame_rate(stream)
        if mime == "video/raw":
            essence.update(raw_packing(stream) or {})
    else:
        essence, rate = audio_essence(stream), None
    chosen = _chosen(stream, kind, packets, rate, asked)
    if chosen is None:
        raise RefusedError(
            f"{path}: {kind} track {stream.index} ({codec}) fits none of the containers for Segments, "
            "or is damaged from the start"
        )
    wrapping, named = chosen
    starts = [each.start for each in presented(packets, stream, rate) if each.is_shown]
    first = min(starts, default=None)
    language = stream.language
    return Track(stream.index, kind, codec, mime, essence, rate, language, wrapping, first, named)


def _chosen(
    stream: Stream,
    kind: Kind,
    packets: Sequence[MediaPacket],
    rate: Fraction | None,
    asked: Asked,
) -> tuple[Wrapping, str | None] | None:
    """The best container that holds these packets and returns them as the same codec, and its name for it."""
    origin = min(time_of(packet) for packet in packets)
    for wrapping in wrappings_for(kind, codec_of(stream), asked):
        wrapped = Wrapper(stream, wrapping, origin, rate=rate).wrap_all(packets)
        if wrapped is not None:
            return wrapping, None if wrapped.init is None else codec_string(wrapped.init)
    return None
