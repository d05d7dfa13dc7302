"""How many bytes a row has, of the tables that grow with every Segment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest

from tams.models.caller import EVERYONE
from tams.models.flow import parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.webhook import WebhookPost
from tams.repositories.database import Database
from tams.repositories.event_tables import DELIVERIES, EVENTS
from tams.repositories.object_tables import OBJECTS
from tams.repositories.provision import provision
from tams.repositories.table import Table
from tams.repositories.tables import SEGMENTS
from tams.runtime.vast import vast_connection
from tams.services.storage.media_storage import MediaStorageService
from tams.services.webhooks.relay import EventRelay
from tams.settings import Settings
from tams.vast.arrow_writer import row_streams
from tests.benchmark.form import sized
from tests.benchmark.record import Record
from tests.builders import a_video_flow_body
from tests.integration.local_vast import a_local_vast, settings_for
from tests.services import services_of

SEGMENTS_MADE = sized(test=5, quick=100, long=1_000)
"""Each in a POST of its own."""
TABLE = "Bytes of a row"


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with a_local_vast(tmp_path_factory.mktemp("sizes")) as url:
        made = settings_for(url)
        provision(vast_connection(made))
        yield made


def arrow_bytes(table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> float:
    """Of a row, in the streams in which we send rows to VAST."""
    columns = tuple(column for column in table.columns if column[0] in names)
    kept = [{name: row[name] for name, _ in columns} for row in rows]
    return sum(len(stream) for stream in row_streams(columns, kept)) / len(rows)


def test_rows_are_this_large(settings: Settings, record: Record) -> None:
    services = services_of(settings)
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    services.flows.put(body["id"], parse_flow_put(body))
    url = {"url": "https://receiver.example/", "events": ["flows/segments_added"]}
    services.webhooks.create(WebhookPost.from_body(url))
    post = FlowStoragePost.from_body({"limit": SEGMENTS_MADE})
    storage = MediaStorageService.of(services.platform, EVERYONE)
    made = storage.allocate(body["id"], post).media_objects or ()
    start = 1_700_000_000
    for second, each in enumerate(made, start):
        segment = {"object_id": each.object_id, "timerange": f"[{second}:0_{second + 1}:0)"}
        entries = parse_segments_post(segment).entries
        assert services.flow_segments.register(body["id"], entries, single=True) == []
        EventRelay.of(services.platform).relay()

    database = Database(vast_connection(settings))
    for table in (SEGMENTS, OBJECTS, EVENTS, DELIVERIES):
        rows = database.read(lambda it, of=table: it.select(of, None, of.names))  # type: ignore[misc]
        copies = [
            arrow_bytes(table, (*each.sorted_columns, *each.unsorted_columns), rows)
            for each in table.projections
        ]
        record.line(
            TABLE,
            {
                "table": table.name,
                "rows": f"{len(rows):,}",
                "bytes of a row": f"{arrow_bytes(table, table.names, rows):,.0f}",
                "and in its projections": f"{sum(copies):,.0f}",
            },
        )
    record.note(
        TABLE,
        "As Arrow streams, the form in which rows travel to VAST. "
        "What VAST makes of them on its disks was not measured.",
    )
