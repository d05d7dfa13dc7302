"""A Flow's media for a stretch of time: fetched, and read as one continuous stream of packets."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Stream

from cli.client import Client
from cli.errors import CommandError
from cli.packets import MediaPacket, duration_of
from cli.progress import Progress
from cli.times import NS
from tams.timing import TimeRange, Timestamp


@dataclass(frozen=True)
class Clip:
    """One Segment, with its media in a file; `offset_ns` is Flow time minus the time in the file.

    The file begins with the initialisation of the Object, if it has one.
    """

    timerange: TimeRange
    offset_ns: int
    file: Path


HAIR = Fraction(1, 1000)
"""Seconds by which times in an Object may be off: Matroska and FLV round this much."""


@dataclass(frozen=True)
class TimelinePacket:
    """A packet and its times on the Flow's timeline, in seconds.

    The Segment that it is of shows `[from_, until)`; what lies outside is only decoded.
    """

    packet: MediaPacket
    shown: Fraction
    decoded: Fraction
    duration: Fraction
    clip: int
    from_: Fraction
    until: Fraction

    @property
    def is_before(self) -> bool:
        """Whether it is only decoded, for the sake of what comes."""
        return self.shown + max(self.duration, HAIR) <= self.from_ + HAIR / 2

    @property
    def is_after(self) -> bool:
        return self.shown >= self.until - HAIR / 2


@dataclass
class FlowMedia:
    """The Segments of one Flow that cover the requested time, in order."""

    flow: dict[str, Any]
    clips: list[Clip]

    @property
    def is_video(self) -> bool:
        return bool(self.flow["format"].endswith("video"))

    def open_first(self) -> InputContainer:
        return av.open(str(self.clips[0].file))

    def stream_of(self, container: InputContainer) -> Stream:
        """The Flow's stream in one of its Objects. Raises CommandError when there is none."""
        stream = container.streams.best("video" if self.is_video else "audio")
        if stream is None:
            raise CommandError(f"an Object of Flow {self.flow['id']} lacks the Flow's format")
        return stream

    @property
    def rate(self) -> Fraction | None:
        """Frames per second; None for sound, and when it varies."""
        ratio = self.flow["essence_parameters"].get("frame_rate")
        return Fraction(ratio["numerator"], ratio.get("denominator", 1)) if ratio else None

    def packets(self) -> Iterator[TimelinePacket]:
        """All packets of all Segments, in decoding order.

        Packets of picture that an Object repeats from the one before, for decoders that begin with it, come
        once.
        """
        frame = 1 / self.rate if self.rate else Fraction(0)
        seen: set[int] = set()
        for number, clip in enumerate(self.clips):
            before, seen = seen, set()
            offset = Fraction(clip.offset_ns, NS)
            start_ns, end_ns = clip.timerange.half_open()
            assert start_ns is not None
            assert end_ns is not None
            bounds = Fraction(start_ns, NS), Fraction(end_ns, NS)
            with av.open(str(clip.file)) as container:
                for packet in container.demux(self.stream_of(container)):
                    if packet.pts is None or packet.time_base is None:
                        continue
                    dts = packet.dts if packet.dts is not None else packet.pts
                    shown, decoded = (at * packet.time_base + offset for at in (packet.pts, dts))
                    duration = duration_of(packet) or frame
                    timed = TimelinePacket(packet, shown, decoded, duration, number, *bounds)
                    content = hash((round(shown / HAIR), bytes(packet))) if self.is_video else 0
                    if not (self.is_video and timed.is_before and content in before):
                        yield timed
                    seen.add(content)

    def hides(self) -> tuple[bool, bool]:
        """Whether Objects have media that Segments do not show: before the first Segment, and elsewhere."""
        first = elsewhere = False
        for timed in self.packets():
            first |= timed.is_before and not timed.clip
            elsewhere |= (timed.is_before and timed.clip > 0) or timed.is_after
        return first, elsewhere


def fetch(
    client: Client,
    flow: dict[str, Any],
    timerange: TimeRange,
    folder: Path,
    progress: Progress,
    jobs: int = 4,
) -> FlowMedia:
    """Download the Segments of a Flow that overlap `timerange`. Raises CommandError."""
    listed = list(
        client.pages(f"/flows/{flow['id']}/segments", timerange=str(timerange), limit="300")
    )
    progress.begin(len(listed))

    def download(numbered: tuple[int, dict[str, Any]]) -> Clip:
        number, segment = numbered
        file = folder / f"{flow['id']}-{number:06}"
        init = segment.get("init_object")
        with file.open("wb") as media:
            if init is not None:
                media.write(inits[init["object_id"]])
            media.write(client.download(_url_of(segment, segment)))
        progress.advance(1)
        offset = Timestamp.parse(segment.get("ts_offset", "0:0"))
        return Clip(TimeRange.parse(segment["timerange"]), offset.ns, file)

    inits: dict[str, bytes] = {}
    for segment in listed:
        init = segment.get("init_object")
        if init is not None and init["object_id"] not in inits:
            inits[init["object_id"]] = client.download(_url_of(init, segment))
    with ThreadPoolExecutor(jobs) as pool:
        clips = list(pool.map(download, enumerate(listed)))
    return FlowMedia(flow, clips)


def _url_of(found: dict[str, Any], segment: dict[str, Any]) -> str:
    if not found.get("get_urls"):
        what = f"Segment {segment['timerange']}"
        what = what if found is segment else f"the initialisation of {what}"
        raise CommandError(f"{what} has no URL to download it from")
    return str(found["get_urls"][0]["url"])


def gaps_of(clips: Sequence[Clip]) -> list[TimeRange]:
    """The places where a Segment does not begin where the previous one ended."""
    return [
        TimeRange.between(before.timerange.end_ns, after.timerange.start_ns)
        for before, after in pairwise(clips)
        if before.timerange.end_ns != after.timerange.start_ns
    ]
