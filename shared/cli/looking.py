"""Collects what `tams show` shows about a Flow, a Source or an Object."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import quote

from cli.client import Client
from cli.errors import CommandError
from cli.extents import flows_with_timeranges
from cli.short_ids import SHORT, id_of
from tams.models.common import is_uuid
from tams.timing import TimeRange
from tams.timing.coverage import gaps, hull, union

SEGMENTS_READ = 10_000
"""The most Segments of a track that are read for its gaps; of a longer track, only the first are shown."""


@dataclass(frozen=True)
class TrackSeen:
    """A Flow that holds media. `covered` is where, as far as `is_read_whole`."""

    flow: dict[str, Any]
    role: str
    extent: TimeRange
    covered: tuple[TimeRange, ...]
    segment_count: int
    is_read_whole: bool
    stored_in: tuple[str, ...]

    @property
    def gaps(self) -> tuple[TimeRange, ...]:
        """Between its first Segment and its last that was read."""
        return gaps(self.covered, hull(self.covered))

    def json(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "flow": self.flow,
            "timerange": str(self.extent),
            "segments": self.segment_count,
            "segments_complete": self.is_read_whole,
            "gaps": [str(each) for each in self.gaps],
            "stored_in": list(self.stored_in),
        }


@dataclass(frozen=True)
class Seen:
    """`kind` is flow, source or object; `document` what the API says of it."""

    kind: str
    document: dict[str, Any]
    tracks: list[TrackSeen] = field(default_factory=list)
    flows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def extent(self) -> TimeRange:
        return hull(each.extent for each in self.tracks)

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind, self.kind: self.document}
        if self.kind == "flow":
            found |= {
                "timerange": str(self.extent),
                "tracks": [each.json() for each in self.tracks],
            }
        if self.kind == "source":
            found["flows"] = self.flows
        return found


def look_at(client: Client, text: str, timerange: str) -> Seen:
    """Raises CommandError if nothing has this id."""
    identifier = text.lower()
    if not is_uuid(identifier) and SHORT.fullmatch(identifier) is not None:
        identifier = id_of(client, identifier)
    if is_uuid(identifier):
        flow = client.find(f"/flows/{identifier}", include_timerange="true")
        if flow is not None:
            return Seen("flow", flow, list(_tracks(client, flow, timerange)))
        source = client.find(f"/sources/{identifier}")
        if source is not None:
            flows = flows_with_timeranges(client, source_id=identifier)
            return Seen("source", source, flows=flows)
    media_object = None
    if text.strip("."):  # `..` would lead elsewhere
        media_object = client.find(f"/objects/{quote(text, safe='')}", accept_get_urls="")
    if media_object is None:
        raise CommandError(
            f"there is no Flow, Source or Object with the id {text!r}: `tams ls` lists Flows"
        )
    return Seen("object", media_object)


def _tracks(client: Client, flow: dict[str, Any], timerange: str) -> Iterator[TrackSeen]:
    """Of a multi Flow, the Flows that it collects; a Flow with media of its own is its own track."""
    members = flow.get("flow_collection", [])
    if not members or flow.get("timerange", "()") != "()":
        yield _track(client, flow, "", timerange)
    for each in members:
        member = client.find(f"/flows/{each['id']}", include_timerange="true")
        if member is not None:
            yield _track(client, member, each.get("role", ""), timerange)


def _track(client: Client, flow: dict[str, Any], role: str, timerange: str) -> TrackSeen:
    path = f"/flows/{flow['id']}/segments"
    asked = {"timerange": timerange, "limit": "1000", "accept_get_urls": ""}
    listed = islice(client.pages(path, **asked), SEGMENTS_READ + 1)
    segments = [TimeRange.parse(each["timerange"]) for each in listed]
    read = segments[:SEGMENTS_READ]
    extent = TimeRange.parse(flow.get("timerange", "()"))
    return TrackSeen(
        flow,
        role,
        hull(read) if extent.is_empty else extent.intersection(TimeRange.parse(timerange)),
        union(read),
        len(read),
        len(segments) <= SEGMENTS_READ,
        _stored_in(client, path, timerange),
    )


def _stored_in(client: Client, path: str, timerange: str) -> tuple[str, ...]:
    """The storage backends of the first Segment, which usually are those of all."""
    asked = {"timerange": timerange, "limit": "1", "verbose_storage": "true", "presigned": "true"}
    found: dict[str, None] = {}
    for segment in islice(client.pages(path, **asked), 1):
        for each in segment.get("get_urls", []):
            names = (each.get(name) for name in ("label", "storage_id"))
            found[next(filter(None, names), "elsewhere")] = None
    return tuple(found)
