"""Rows of every kind in a VAST, by the code that writes them for the API."""

from functools import partial

import pyarrow as pa

from backup.arrow_rows import arrow_schema, insert_rows
from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance
from tams.repositories.database import Database
from tams.repositories.media_time import time_text
from tams.repositories.rows import segment_row
from tams.repositories.session import VastConnection
from tams.repositories.tables import FLOWS, SEGMENTS
from tams.timing import TimeRange
from tests.integration.backup.stores import insert

SECOND = 10**9


def add_flow(connection: VastConnection, flow_id: str, **fields: object) -> None:
    """A Flow without more than its Segments need."""
    row = dict.fromkeys(FLOWS.names) | {
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


def add_many_segments(connection: VastConnection, flow_ids: list[str], count: int) -> None:
    """So many Segments of two seconds side by side, on these Flows in turn, inserted as Arrow."""
    schema = arrow_schema(SEGMENTS.columns)
    for first in range(0, count, 20_000):
        numbers = range(first, min(first + 20_000, count))
        starts = [2 * SECOND * number for number in numbers]
        columns = {name: pa.nulls(len(numbers), schema.field(name).type) for name in schema.names}
        texts = {
            "flow_id": [flow_ids[number * len(flow_ids) // count] for number in numbers],
            "start_time": [time_text(start) for start in starts],
            "end_time": [time_text(start + 2 * SECOND) for start in starts],
            "timerange": [str(TimeRange.between(start, start + 2 * SECOND)) for start in starts],
            "object_id": [f"00000000-0000-4000-8000-{number:012}" for number in numbers],
            "instances": ['[{"storage_id":"3b241101-e2bb-4255-8caf-4136c566a962"}]'] * len(numbers),
        }
        columns |= {name: pa.array(values, pa.utf8()) for name, values in texts.items()}
        columns["created_us"] = pa.array([start // 1_000 for start in starts], pa.int64())
        batch = pa.RecordBatch.from_pydict(columns, schema=schema)
        Database(connection).write(partial(insert_rows, table=SEGMENTS, batch=batch))
