"""Rows that no operation asks for, in every table that grows: as a large store has them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tams.models.common import ContentFormat
from tams.models.coverage_buckets import Tally, summed
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.flow import Flow, parse_flow
from tams.models.recycle_bin import BinEntry, BinKind, Deletion
from tams.models.retention import NEVER_US
from tams.models.source import Source
from tams.models.stored import StoredDeletion, StoredFlow, StoredSegment, StoredSource
from tams.models.stored_objects import Instance
from tams.models.timelines import Timeline
from tams.ports import Repositories
from tams.repositories.coverage import coverage_rows
from tams.repositories.coverage_table import COVERAGE
from tams.repositories.database import Database
from tams.repositories.deletion_requests import deletion_row
from tams.repositories.event_tables import (
    DELIVERIES,
    DELIVERY_STATES,
    EVENTS,
    MILESTONES,
    WEBHOOKS,
)
from tams.repositories.flow_rows import flow_row, timeline_row
from tams.repositories.object_tables import COPIES, OBJECTS
from tams.repositories.rows import segment_row, source_row
from tams.repositories.service_tables import BATCHES, DELETION_REQUESTS
from tams.repositories.table import Table
from tams.repositories.tables import COLLECTIONS, FLOWS, PROFILES, SEGMENTS, SOURCES
from tams.repositories.transaction import VastTransaction
from tams.runtime.vast import vast_connection
from tams.services.webhooks.relay import EventRelay
from tams.timing import TimeRange
from tams.timing.microseconds import to_us
from tests.builders import a_video_flow_body
from tests.in_process import Platform
from tests.integration.local_vast import STORAGE_ID

_TALLY = summed([Tally.of_one(0, 10**9, None)], 6)
Rows = list[dict[str, Any]]
SECOND = 10**9
DAY_US = 86_400 * 10**6
LEASE_US = 600 * 10**6
"""Less than what makes a copy due because its clock was wrong."""


def add_unrelated(platform: Platform, count: int) -> None:
    """So many more rows in each table, and more Objects and deletion requests.

    Nothing is due, and the Flows and Sources are older than others, so that no first page shows them.
    """
    now = platform.time.now
    now_us = to_us(now)
    flows = [_flow(now - timedelta(days=30)) for _ in range(count)]
    tables: dict[Table, Rows] = {
        FLOWS: [
            flow_row(StoredFlow(flow, look_us=NEVER_US if n % 2 else now_us + DAY_US))
            | timeline_row(StoredFlow(flow, Timeline(1, 0, SECOND, longest_ns=SECOND)))
            for n, flow in enumerate(flows)
        ],
        SOURCES: [_source(flow) for flow in flows],
        COLLECTIONS: [_member(flow) for flow in flows],
        SEGMENTS: [_segment(flow, now_us) for flow in flows],
        COVERAGE: [row for flow in flows for row in coverage_rows(flow.id, _TALLY)],
        OBJECTS: [row for flow in flows for row in _objects(flow, now_us)],
        COPIES: [_copy(now_us) for _ in flows],
        BATCHES: [
            {"id": str(uuid4()), "outcomes": "[]", "created_us": now_us, "revision": 0}
            for _ in flows
        ],
        DELETION_REQUESTS: [
            row for flow in flows for row in (_request(flow, now, n) for n in range(2))
        ],
        EVENTS: [_event(flow, now_us) for flow in flows],
        PROFILES: [{"id": f"z {uuid4()}", "format": "z", "created_us": now_us} for _ in flows],
        WEBHOOKS: [
            {"id": str(uuid4()), "url": "z", "status": "disabled", "tags": "\n", "revision": 0}
            for _ in flows
        ],
        MILESTONES: [{"seq": 0, "newest_us": now_us - n} for n in range(count)],
        DELIVERY_STATES: [_state(now_us) for _ in flows],
        DELIVERIES: [
            {"webhook_id": str(uuid4()), "seq": n, "event_id": str(uuid4()), "created_us": now_us}
            for n in range(count)
        ],
    }

    def insert(transaction: VastTransaction) -> None:
        for table, rows in tables.items():
            transaction.insert(table, rows)

    Database(vast_connection(platform.settings)).write(insert)
    EventRelay.of(platform).relay()
    entries = [_entry(flow, now_us) for flow in flows]

    def keep(repositories: Repositories) -> None:
        repositories.recycle_bin.add(entries)

    platform.store(EventRelay.of(platform).store.caller).write(keep)


def _flow(made: datetime) -> Flow:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    moment = made.isoformat()
    return parse_flow({**body, "created": moment, "metadata_updated": moment})


def _source(flow: Flow) -> dict[str, Any]:
    source = Source(
        id=flow.source_id,
        format=ContentFormat.VIDEO,
        created=flow.created,
        updated=flow.metadata_updated,
    )
    return source_row(StoredSource(source, 1, look_us=NEVER_US))


def _member(flow: Flow) -> dict[str, Any]:
    """In a collection of a Flow that is not there, so that no list shows it."""
    return {
        "parent_id": str(uuid4()),
        "child_id": flow.id,
        "parent_source_id": str(uuid4()),
        "child_source_id": flow.source_id,
        "position": 0,
    }


def _segment(flow: Flow, now_us: int) -> dict[str, Any]:
    segment = StoredSegment(
        flow.id,
        TimeRange.between(0, SECOND),
        str(uuid4()),
        (Instance(storage_id=STORAGE_ID),),
        created_us=now_us,
    )
    return segment_row(segment, flow.id)


def _objects(flow: Flow, now_us: int) -> Rows:
    """One in use, one just allocated, and one just doomed."""
    common = {
        "flow_id": flow.id,
        "kind": "media",
        "instances": "[]",
        "reference_count": 0,
        "created_us": now_us,
        "revision": 0,
    }
    return [
        {**common, "id": str(uuid4()), "state": "referenced", "init_object_id": str(uuid4())},
        {**common, "id": str(uuid4()), "state": "allocated", "registers": "{}"},
        {**common, "id": str(uuid4()), "state": "doomed", "doomed_us": now_us},
    ]


def _copy(now_us: int) -> dict[str, Any]:
    """Somebody is working on it."""
    return {
        "id": str(uuid4()),
        "object_id": str(uuid4()),
        "storage_id": STORAGE_ID,
        "object_created_us": 0,
        "created_us": now_us,
        "cancelled": False,
        "attempts": 1,
        "next_us": now_us + LEASE_US,
        "revision": 0,
    }


def _request(flow: Flow, now: datetime, number: int) -> dict[str, Any]:
    """One that has just ended, and one that somebody is working on."""
    request = DeletionRequest(
        id=str(uuid4()),
        flow_id=flow.id,
        timerange_to_delete=TimeRange.eternity(),
        delete_flow=True,
        status=DeletionStatus.STARTED if number else DeletionStatus.DONE,
        created=now,
        updated=now,
        expiry=None if number else now + timedelta(days=7),
    )
    return deletion_row(StoredDeletion(request))


def _event(flow: Flow, now_us: int) -> dict[str, Any]:
    """The relay gives it a place."""
    return {
        "id": str(uuid4()),
        "event_type": "flows/deleted",
        "flow_id": flow.id,
        "source_id": flow.source_id,
        "auth_classes": "\n",
        "created_us": now_us,
        "seq": 0,
    }


def _state(now_us: int) -> dict[str, Any]:
    """Of a webhook that was deleted while it rested."""
    return {
        "webhook_id": str(uuid4()),
        "cursor_seq": 0,
        "attempts": 1,
        "next_us": now_us + LEASE_US,
        "revision": 0,
    }


def _entry(flow: Flow, now_us: int) -> BinEntry:
    deletion = Deletion(str(uuid4()), now_us, now_us + DAY_US)
    gone = flow.model_copy(update={"id": str(uuid4())})
    return BinEntry(str(uuid4()), BinKind.FLOW, deletion, StoredFlow(gone))
