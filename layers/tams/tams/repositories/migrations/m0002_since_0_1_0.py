"""Adds what tables of release 0.1.0 lack. Unnumbered later releases have some of it already.

Code still accepts nulls in these columns: functions of release 0.1.0 do not check the version, and may write
some until the new ones are deployed.
"""

from collections.abc import Sequence

from tams.models.stored_objects import FLOW_GONE_US, made_before
from tams.repositories.event_tables import EVENTS, MILESTONES, RELAY
from tams.repositories.migrations.back_fill import BackFill
from tams.repositories.migrations.first_rows import FirstRows
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import (
    AddColumns,
    AddProjections,
    AddTables,
    DropProjection,
)
from tams.repositories.object_tables import OBJECTS
from tams.repositories.service_tables import GUARDS, SERVICE
from tams.repositories.tables import FLOWS
from tams.repositories.transaction import Row, VastTransaction
from tams.vast.where import col


def flows_created_us(transaction: VastTransaction, objects: Sequence[Row]) -> list[int]:
    """When the Flow that each Object was made for was created; FLOW_GONE_US if that Flow no longer exists.

    A Flow younger than the Object merely has the same id.
    """
    ids = sorted({row["flow_id"] for row in objects if row["flow_id"] is not None})
    flows = transaction.select(FLOWS, col["id"].isin(ids), ["id", "created_us"]) if ids else []
    created_us = {row["id"]: row["created_us"] or 0 for row in flows}
    found = []
    for row in objects:
        flow_us = created_us.get(row["flow_id"])
        is_its_flow = flow_us is not None and made_before(flow_us, row["created_us"])
        found.append(flow_us if flow_us is not None and is_its_flow else FLOW_GONE_US)
    return found


MIGRATION = Migration(
    2,
    "what tables of release 0.1.0 lack, and the Flow that each Object was made for",
    (
        AddTables((MILESTONES,)),
        AddColumns(FLOWS, ("told_us",)),
        AddColumns(OBJECTS, ("flow_created_us",)),
        AddColumns(SERVICE, ("believed_us", "swept_us")),
        AddColumns(GUARDS, ("moment_us",)),
        AddColumns(RELAY, ("newest_us", "page_secret")),
        FirstRows(),
        AddProjections(EVENTS),
        DropProjection(EVENTS, "events_by_seq"),
        BackFill(OBJECTS, "flow_created_us", ("flow_id", "created_us"), flows_created_us),
    ),
)
