"""`tams show`: describes something in the store, and draws its timeline."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from rich.table import Table
from rich.text import Text

from cli.addresses import LOCAL_URL
from cli.connection import connected
from cli.console import out
from cli.extents import duration_words
from cli.looking import SEGMENTS_READ, Seen, TrackSeen, look_at
from cli.options import AsJson, ShownId, TimeRangeText, Token, Url
from cli.short_ids import short
from cli.tables import essence_words, flows_table
from cli.unfinished import status_words
from tams.timing import TimeRange

CELLS, CELLS_MIN = 60, 20
"""Characters of a drawn timeline, where there is room, and at least."""

_BESIDE = 70
"""Columns that stand beside it."""

MEDIA, PARTLY, GAP = "█", "▒", "·"
_GAPS_NAMED = 10


def show(
    identifier: ShownId,
    timerange: TimeRangeText = "_",
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Describe a Flow, a Source or an Object, and draw a Flow's timeline with its gaps.

    In the drawing █ is media, · is a gap, and ▒ has both. --timerange zooms in.
    """
    with connected(url, token) as client:
        seen = look_at(client, identifier, timerange)
    if as_json:
        out.print_json(json.dumps(seen.json()))
        return
    document = seen.document
    _heading(seen)
    match seen.kind:
        case "flow":
            _show_flow(document, seen)
        case "source":
            _line("collects", ", ".join(_members(document.get("source_collection", []))))
            _line("tags", _tags(document))
            out.print(flows_table(seen.flows) if seen.flows else "  no Flows")
        case _:
            _line("Flows", ", ".join(document.get("referenced_by_flows", [])))
            _line("timerange", document.get("timerange"))
            _line("key frames", document.get("key_frame_count"))


def _heading(seen: Seen) -> None:
    document = seen.document
    label = f" {document['label']!r}" if document.get("label") else ""
    form = f"{document['format'].rsplit(':', 1)[-1]} " if "format" in document else ""
    identifier = document["id"]
    brief = f" {short(identifier)}" if seen.kind != "object" else ""
    out.print(Text(f"{form}{seen.kind.title()}{brief}{label}", style="bold"))
    _line("id", identifier)
    _line("description", document.get("description"))
    _line("created", document.get("created"))


def _show_flow(flow: dict[str, Any], seen: Seen) -> None:
    _line("Source", flow["source_id"])
    _line("status", status_words(flow))
    _line("coding", " ".join(filter(None, [flow.get("codec"), essence_words(flow)])))
    _line("tags", _tags(flow))
    _line(
        "stored in",
        ", ".join(dict.fromkeys(name for each in seen.tracks for name in each.stored_in)),
    )
    if seen.extent.is_empty:
        _line("timeline", "no media")
        return
    _line("timeline", f"{seen.extent}  {duration_words(seen.extent)}")
    out.print(_timeline(seen))
    for each in seen.tracks:
        for line in _gap_lines(each):
            _line("", line)


def _timeline(seen: Seen) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Track", "Flow", "Timeline", "Coding", "Duration", "Segments"):
        table.add_column(name, no_wrap=name in {"Track", "Flow", "Timeline"})
    for each in seen.tracks:
        more = "" if each.is_read_whole else "+"
        cells = (
            each.role or each.flow["format"].rsplit(":", 1)[-1],
            short(each.flow["id"]),
            drawn(each, seen.extent, min(CELLS, max(CELLS_MIN, out.width - _BESIDE))),
            " ".join(filter(None, [each.flow.get("codec"), essence_words(each.flow)])),
            duration_words(each.extent),
            f"{each.segment_count}{more}",
        )
        table.add_row(*map(Text, cells))
    return table


def drawn(track: TrackSeen, within: TimeRange, cells: int = CELLS) -> str:
    """One character for each equal part of `within`; `?` where the Segments were not read."""
    start, end = within.half_open()
    if start is None or end is None:
        return "endless"
    known_to = None if track.is_read_whole else track.covered[-1].end_ns
    bounds = [start + (end - start) * each // cells for each in range(cells + 1)]
    spans = [each.half_open() for each in track.covered]
    drawing = []
    at = 0
    for low, high in pairwise(bounds):
        while at < len(spans) and (spans[at][1] or end) <= low:
            at += 1
        had, look = 0, at
        while look < len(spans) and (spans[look][0] or start) < high:
            first, last = spans[look]
            had += max(0, min(high, end if last is None else last) - max(low, first or start))
            look += 1
        if known_to is not None and low >= known_to:
            drawing.append("?")
        else:
            drawing.append(GAP if not had else MEDIA if had >= high - low else PARTLY)
    return "".join(drawing)


def _gap_lines(track: TrackSeen) -> Iterator[str]:
    name = track.role or "it"
    found = track.gaps
    if found:
        more = f", and {len(found) - _GAPS_NAMED} more" if len(found) > _GAPS_NAMED else ""
        named = ", ".join(f"{each} ({duration_words(each)})" for each in found[:_GAPS_NAMED])
        yield f"{name} has no media in {named}{more}"
    if not track.is_read_whole:
        yield (
            f"{name} has more than {SEGMENTS_READ:,} Segments, of which the first are drawn: "
            "--timerange shows others"
        )


def _line(name: str, value: object) -> None:
    if value not in {None, ""}:
        out.print(f"  {name:12}{value}", highlight=False, markup=False, soft_wrap=True)


def _members(collection: list[dict[str, Any]]) -> Iterator[str]:
    for each in collection:
        yield f"{each.get('role', 'no role')} {each['id']}"


def _tags(document: dict[str, Any]) -> str:
    tags = document.get("tags", {})
    return ", ".join(
        f"{name}={value if isinstance(value, str) else ','.join(value)}"
        for name, value in tags.items()
    )
