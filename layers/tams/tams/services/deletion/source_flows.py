"""Takes Flows of a Source out of the store together, and the Source after them, inside one transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from tams.models.recycle_bin import BinEntry, BinKind, Deletion
from tams.models.stored import Cascade, StoredFlow, StoredSource
from tams.ports import Repositories
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.removal import remove_flow
from tams.services.flows.membership import moment_of_leaving, remove_source
from tams.timing.microseconds import to_us

STEP_FLOWS = 20
"""The Flows that the worker deletes in one transaction. Each takes some eight round trips."""


def remove_flows(
    repositories: Repositories, flows: Iterable[StoredFlow], deletion: Deletion, now: datetime
) -> None:
    """Their Segments go through the recycle bin even if it keeps nothing: a purge destroys them."""
    for flow in flows:
        remove_flow(repositories, flow, moment_of_change(now, flow), deletion)


def remove_bare_source(
    repositories: Repositories, source: StoredSource, deletion: Deletion | None, now: datetime
) -> None:
    """A Source without Flows. The recycle bin keeps it if there is a `deletion`."""
    source_id = source.source.id
    repositories.guards.hold([source_id], to_us(moment_of_leaving(source, now)))
    if deletion is not None:
        entry = BinEntry(str(uuid4()), BinKind.SOURCE, deletion, source=source)
        repositories.recycle_bin.add([entry])
    repositories.events.add([remove_source(repositories, source, now)])


def created_us_of(source: StoredSource) -> int:
    return to_us(source.source.created) if source.source.created else 0


def step_of_source(repositories: Repositories, cascade: Cascade, now: datetime) -> bool:
    """Delete some Flows or, after the last one, the Source. Whether there is more to do.

    Flows created since the request was accepted stay, with the Source, and so do those that have become
    read-only. A Source that was created since stays too: the one that was meant is gone.
    """
    source_id, until_us = cascade.resource_id, cascade.created_until_us
    deletion = Deletion(
        cascade.deletion_id, cascade.deleted_us, cascade.until_us, cascade.deleted_by
    )
    ids = repositories.source_flows.deletable(source_id, until_us, STEP_FLOWS + 1)
    if ids:
        found = repositories.flows.find_many(ids[:STEP_FLOWS])
        remove_flows(repositories, found.values(), deletion, now)
    if len(ids) > STEP_FLOWS:
        return True
    source = repositories.sources.find(source_id)
    if source is not None and not source.flow_count and created_us_of(source) <= until_us:
        kept = deletion if cascade.until_us > cascade.deleted_us else None
        remove_bare_source(repositories, source, kept, now)
    return False
