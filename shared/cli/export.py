"""`tams export`: exactly the requested time, as one playable file.

A range that begins and ends on Segment boundaries is copied without loss, if the file's type can hold it. A
cut anywhere else needs frames that the media does not start with, so picture and sound are then decoded and
re-encoded, as H.264 and AAC; WAV holds PCM instead. PCM never needs that: it is cut to the sample, or goes
into MP4 as FLAC, without loss.
"""

import heapq
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from cli.client import Client
from cli.copying import HIDERS, codec_and_fit, copy_audio, copy_video, priming_shows, why_not_as_is
from cli.encoding import Encoded, encode_audio, encode_video
from cli.errors import CommandError
from cli.facts import ROTATION_TAG
from cli.gaps import Gap, gaps_in, moved_up, settled
from cli.pcm import TAKERS, cut, sample_bits
from cli.progress import Progress
from cli.timeline import FlowMedia, fetch
from cli.times import NS
from tams.timing import TimeRange

SAFER = "players in use read its PCM wrongly"

_OPTIONS = {"movie_timescale": "90000"}
"""Of MP4 and its kin, whose default would round the start of a track to a millisecond."""


def export(
    client: Client,
    flow_id: str,
    timerange: TimeRange,
    target: Path,
    progress: Progress,
    gap: Gap = Gap.ERROR,
) -> list[str]:
    """Write `target`. Returns remarks for the user. Raises CommandError."""
    muxer = _muxer(target)
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
        media = _fetched(client, playable, timerange, Path(folder), progress)
        bounds = _bounds(media, timerange)
        media, skipped, remarks = settled(media, timerange, gap)
        start_ns, end_ns = (moved_up(each, skipped) for each in bounds)
        partial = target.with_name(f".{target.stem}.partial{target.suffix}")
        try:
            options = _OPTIONS if muxer in HIDERS else {}
            with av.open(str(partial), "w", options=options) as output:
                remarks += _write(output, media, start_ns, end_ns, fills=gap is Gap.BLACK)
            partial.replace(target)
        except (av.error.FFmpegError, ZeroDivisionError) as error:
            raise CommandError(f"{target} cannot be written: {error}") from error
        finally:
            partial.unlink(missing_ok=True)
    return remarks


def _muxer(target: Path) -> str:
    """Runs before anything is fetched. Raises CommandError for a suffix that does not name a file type."""
    with tempfile.TemporaryDirectory(prefix="tams-export-") as folder:
        try:
            with av.open(str(Path(folder) / f"x{target.suffix}"), "w") as trial:
                return trial.format.name
        except ValueError:
            raise CommandError(
                f"the suffix of {target} is not that of a media file: try {target.stem}.mp4"
            ) from None


def _fetched(
    client: Client,
    flows: list[dict[str, Any]],
    timerange: TimeRange,
    folder: Path,
    progress: Progress,
) -> list[FlowMedia]:
    """The picture first. Flows without media in the timerange are left out, if others have some."""
    flows = sorted(flows, key=lambda each: not each["format"].endswith("video"))
    found = [fetch(client, each, timerange, folder, progress) for each in flows]
    media = [each for each in found if each.clips]
    if not media:
        raise CommandError(f"Flow {flows[0]['id']} has no media in {timerange}")
    return media


def _bounds(media: list[FlowMedia], timerange: TimeRange) -> tuple[int, int]:
    """The requested range, cut to what any of the Flows has."""
    had = TimeRange.never()
    for each in media:
        for clip in each.clips:
            had = had.hull(clip.timerange)
    start_ns, end_ns = had.intersection(timerange).half_open()
    assert start_ns is not None
    assert end_ns is not None
    return start_ns, end_ns


def _write(
    output: OutputContainer, media: list[FlowMedia], start_ns: int, end_ns: int, *, fills: bool
) -> list[str]:
    """One stream per Flow, interleaved by time. Returns, in words, what differs from the store."""
    start, end = Fraction(start_ns, NS), Fraction(end_ns, NS)
    muxer = output.format.name
    cut_why = why_not_as_is(muxer, media[0], start_ns, end_ns)
    tracks: list[Encoded] = []
    remarks: list[str] = []
    for each in media:
        kind = "picture" if each.is_video else "sound"
        codec, copyable = codec_and_fit(muxer, each)
        why = f"{muxer} cannot hold {codec}" if not copyable else cut_why
        if each.is_video and each is not media[0]:
            why = why or why_not_as_is(muxer, each, start_ns, end_ns)
        black = gaps_in(each) if fills else []
        why = why or ("it has gaps to fill" if black else None)
        is_pcm = not each.is_video and sample_bits(codec) is not None and not black
        if is_pcm and copyable and muxer in TAKERS:
            tracks.append(cut(output, each, start, end))
        elif why is None and each.is_video:
            tracks.append(copy_video(output, each, start))
        elif why is None and sample_bits(codec) is None:
            tracks.append(copy_audio(output, each, start, end))
            if priming_shows(muxer, codec, each):
                remarks.append(f"the sound begins with priming, which {muxer} cannot hide")
        else:
            encoded, words = (
                encode_video(output, each, start, end, black)
                if each.is_video
                else encode_audio(output, each, start, end)
            )
            tracks.append(encoded)
            remarks.append(f"the {kind} is re-encoded as {words}, because {why or SAFER}")
        _name(output.streams[-1], each)
    for _, packet in heapq.merge(*tracks, key=lambda entry: entry[0]):
        output.mux(packet)
    return remarks


def _name(stream: Stream, media: FlowMedia) -> None:
    """Adds what Objects do not have: the language, and the rotation of the picture."""
    tags = media.flow.get("tags", {})
    language, degrees = tags.get("language_code"), tags.get(ROTATION_TAG)
    if isinstance(language, str):
        stream.metadata["language"] = language
    if isinstance(stream, VideoStream) and isinstance(degrees, str) and degrees.isdecimal():
        stream.set_display_rotation(-int(degrees))
