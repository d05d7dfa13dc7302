"""Rows of every kind in a VAST, by the code that writes them for the API."""

from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance
from tams.repositories.media_time import time_text
from tams.repositories.rows import segment_row
from tams.repositories.session import VastConnection
from tams.repositories.tables import FLOWS, SEGMENTS
from tams.timing import TimeRange
from tests.integration.backup.stores import insert

SECOND = 10**9


def add_flow(connection: VastConnection, flow_id: str, **fields: object) -> None:
    """A Flow without more than its Segments need."""
    row = {name: None for name in FLOWS.names} | {
        "id": flow_id,
        "document": "{}",
        "longest_time": time_text(0),
        "segment_count": 0,
        "last_inclusive": False,
        "revision": 0,
    }
    insert(connection, FLOWS, [{**row, **fields}])


def add_segments(
    connection: VastConnection, timeline_id: str, starts: list[int], **fields: object
) -> None:
    """Segments of two seconds that start at these nanoseconds."""
    rows = [
        segment_row(
            StoredSegment(
                flow_id=timeline_id,
                timerange=TimeRange.between(start, start + 2 * SECOND),
                object_id=f"object {number}",
                instances=(Instance(storage_id="here"),),
                created_us=number * 3_600_000_000,
            ),
            timeline_id,
        )
        for number, start in enumerate(starts)
    ]
    insert(connection, SEGMENTS, [{**row, **fields} for row in rows])
