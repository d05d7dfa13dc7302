"""`tams export`: exactly the time that was asked for, as one playable file.

What begins and ends on Segment boundaries is copied without loss. A cut anywhere else needs frames that the
media does not start with, so then picture and sound are decoded and encoded anew, as H.264 and AAC.
"""

import heapq
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import OutputContainer

from cli.client import Client
from cli.encoding import encode
from cli.faults import CommandError
from cli.storing import Progress
from cli.timeline import FlowMedia, TimelinePacket, fetch, gaps_of
from cli.times import NS
from tams.timing import TimeRange

TICKS = Fraction(1, 90_000)


def export(
    client: Client, flow_id: str, timerange: TimeRange, target: Path, progress: Progress
) -> list[str]:
    """Write `target`; remarks for the user come back. Raises CommandError."""
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
                if _is_aligned(media[0], start_ns, end_ns):
                    _copy(output, media, start_ns, end_ns)
                else:
                    encode(output, media, start_ns, end_ns)
            partial.replace(target)
        except (av.error.FFmpegError, ZeroDivisionError) as error:
            raise CommandError(f"{target} cannot be written: {error}") from error
        finally:
            partial.unlink(missing_ok=True)
    return remarks


def _bounds(media: list[FlowMedia], timerange: TimeRange) -> tuple[int, int]:
    """What was asked for, cut to what the leading Flow (the picture, when there is one) has."""
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


def _copy(output: OutputContainer, media: list[FlowMedia], start_ns: int, end_ns: int) -> None:
    """Packets as they are, interleaved by time; sound as far as the picture reaches."""
    start, end = Fraction(start_ns, NS), Fraction(end_ns, NS)
    streams = []
    for each in media:
        with each.open_first() as first:
            template = first.streams.best("video" if each.is_video else "audio")
            assert template is not None
            streams.append(output.add_stream_from_template(template))

    def numbered(index: int) -> Iterator[tuple[Fraction, int, TimelinePacket]]:
        for packet in media[index].packets():
            if media[index].is_video or start - 1 < packet.shown < end:
                yield packet.decoded, index, packet

    queues: list[Any] = [numbered(index) for index in range(len(media))]
    for _, index, timed in heapq.merge(*queues, key=lambda entry: entry[:2]):
        packet = timed.packet
        if not media[index].is_video and timed.shown + _duration(timed) <= start:
            continue
        packet.pts = round((timed.shown - start) / TICKS)
        packet.dts = round((timed.decoded - start) / TICKS)
        if packet.duration and packet.time_base:
            packet.duration = round(packet.duration * packet.time_base / TICKS)
        packet.time_base = TICKS
        packet.stream = streams[index]
        output.mux(packet)


def _duration(timed: TimelinePacket) -> Fraction:
    return (timed.packet.duration or 0) * (timed.packet.time_base or Fraction(0))
