"""`tams export`: exactly the requested time, as one playable file.

A range that begins and ends on Segment boundaries is copied without loss, if the file's type can hold it. A
cut anywhere else needs frames that the media does not start with, so picture and sound are then decoded and
encoded again, as H.264 and AAC; WAV holds PCM instead. PCM never needs that: it is cut to the sample, or goes
into MP4 as FLAC, without loss.
"""

import heapq
import io
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import OutputContainer

from cli.client import Client
from cli.codecs import BROADCAST
from cli.encoding import encode_audio, encode_video
from cli.errors import CommandError
from cli.pcm import PCM_ONLY, TAKERS, cut, sample_bits
from cli.progress import Progress
from cli.timeline import FlowMedia, fetch, gaps_of
from cli.times import NS, TICK
from cli.wrapping import MediaPacket, codec_of, copy_stream, duration_of
from tams.timing import TimeRange


def export(
    client: Client, flow_id: str, timerange: TimeRange, target: Path, progress: Progress
) -> list[str]:
    """Write `target`. Returns remarks for the user. Raises CommandError."""
    _check_type(target)
    flow = client.get(f"/flows/{flow_id}")
    members = [client.get(f"/flows/{each['id']}") for each in flow.get("flow_collection", [])]
    playable = [
        each
        for each in (members or [flow])
        if each["format"].rsplit(":", 1)[-1] in {"video", "audio"}
    ]
    if not playable:
        raise CommandError(f"Flow {flow_id} has neither picture nor sound to export")
    with tempfile.TemporaryDirectory(prefix="tams-export-") as folder:
        media = [fetch(client, each, timerange, Path(folder), progress) for each in playable]
        start_ns, end_ns = _bounds(media, timerange)
        remarks = [f"there is no media in {gap}" for each in media for gap in gaps_of(each.clips)]
        partial = target.with_name(f".{target.stem}.partial{target.suffix}")
        try:
            with av.open(str(partial), "w") as output:
                _write(output, media, start_ns, end_ns)
            partial.replace(target)
        except (av.error.FFmpegError, ZeroDivisionError) as error:
            raise CommandError(f"{target} cannot be written: {error}") from error
        finally:
            partial.unlink(missing_ok=True)
    return remarks


def _check_type(target: Path) -> None:
    """Runs before anything is fetched. Raises CommandError for a suffix that does not name a file type."""
    with tempfile.TemporaryDirectory(prefix="tams-export-") as folder:
        try:
            av.open(str(Path(folder) / f"x{target.suffix}"), "w").close()
        except ValueError:
            raise CommandError(
                f"the suffix of {target} is not that of a media file: try {target.stem}.mp4"
            ) from None


def _bounds(media: list[FlowMedia], timerange: TimeRange) -> tuple[int, int]:
    """The requested range, cut to what the leading Flow (the picture, if there is one) has."""
    leading = next((each for each in media if each.is_video), media[0])
    media.sort(key=lambda each: each is not leading)
    had = TimeRange.never()
    for clip in leading.clips:
        had = had.hull(clip.timerange)
    start_ns, end_ns = had.intersection(timerange).half_open()
    assert start_ns is not None
    assert end_ns is not None
    return start_ns, end_ns


def _is_aligned(media: FlowMedia, start_ns: int, end_ns: int) -> bool:
    first, last = media.clips[0].timerange, media.clips[-1].timerange
    return first.start_ns == start_ns and last.end_ns == end_ns


def _write(output: OutputContainer, media: list[FlowMedia], start_ns: int, end_ns: int) -> None:
    """One stream per Flow, interleaved by time."""
    start, end = Fraction(start_ns, NS), Fraction(end_ns, NS)
    aligned = _is_aligned(media[0], start_ns, end_ns)
    tracks: list[Iterator[tuple[Fraction, MediaPacket]]] = []
    for each in media:
        codec, copyable = _codec(output.format.name, each)
        if not each.is_video and sample_bits(codec) is not None:
            cuts = copyable and output.format.name in TAKERS
            tracks.append((cut if cuts else encode_audio)(output, each, start, end))
        elif aligned and copyable:
            tracks.append(_copied(output, each, start, end))
        else:
            encode = encode_video if each.is_video else encode_audio
            tracks.append(encode(output, each, start, end))
    for _, packet in heapq.merge(*tracks, key=lambda entry: entry[0]):
        output.mux(packet)


def _codec(muxer: str, media: FlowMedia) -> tuple[str, bool]:
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


def _copied(
    output: OutputContainer, media: FlowMedia, start: Fraction, end: Fraction
) -> Iterator[tuple[Fraction, MediaPacket]]:
    """Packets unchanged; sound as far as the picture reaches."""
    with media.open_first() as first:
        stream = copy_stream(output, media.stream_of(first))

    def packets() -> Iterator[tuple[Fraction, MediaPacket]]:
        for timed in media.packets():
            packet = timed.packet
            if not media.is_video and not (
                timed.shown < end and timed.shown + duration_of(packet) > start
            ):
                continue
            packet.pts = round((timed.shown - start) / TICK)
            packet.dts = round((timed.decoded - start) / TICK)
            if packet.duration and packet.time_base:
                packet.duration = round(packet.duration * packet.time_base / TICK)
            packet.time_base = TICK
            packet.stream = stream
            yield timed.decoded - start, packet

    return packets()
