"""A Source is created with its first Flow and deleted with its last (SRC-2, SRC-4), unless it is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tams.errors import InvalidRequestError, quoted
from tams.models.caller import AUTH_CLASSES, Permission, classes_of
from tams.models.flow import Flow
from tams.models.source import Source
from tams.models.stored import StoredEvent, StoredSource
from tams.ports import Repositories
from tams.services.access.permissions import check
from tams.services.clock.record_times import moment_after
from tams.services.flows.announcements import source_event


def check_source_format(source: StoredSource | None, flow: Flow) -> None:
    if source is not None and source.source.format != flow.format:
        raise InvalidRequestError(
            f"format: Source {quoted(flow.source_id)} has the format {source.source.format}"
        )


def join_source(
    repositories: Repositories, flow: Flow, now: datetime
) -> tuple[Source, list[StoredEvent]]:
    """Add a Flow to its Source. The first one creates the Source, in the Flow's classes (SRC-2, AUT-21).

    Returns the Source, and the events.
    """
    stored = repositories.sources.find(flow.source_id)
    if stored is not None:
        classes = classes_of(stored.source.tags)
        check(repositories.caller, Permission.WRITE, "Source", flow.source_id, classes)
        check_source_format(stored, flow)
        repositories.sources.save(replace(stored, flow_count=stored.flow_count + 1))
        return stored.source, []
    source = Source(
        id=flow.source_id,
        format=flow.format,
        label=flow.label,
        description=flow.description,
        created_by=repositories.caller.name,
        created=now,
        updated=now,
        tags={AUTH_CLASSES: list(classes)} if (classes := classes_of(flow.tags)) else {},
    )
    repositories.sources.add(StoredSource(source, flow_count=1, is_unrelated=True))
    return source, [source_event("sources/created", source, now)]


def moment_of_leaving(stored: StoredSource, now: datetime) -> datetime:
    """The time a Source is deleted with a Flow that leaves now: after the Source's own last change."""
    return moment_after(now, stored.source.updated)


def leave_source(
    repositories: Repositories, stored: StoredSource, now: datetime
) -> list[StoredEvent]:
    """Remove a Flow from the Source; the last one deletes it, unless it is kept.

    The Source was read in this transaction.
    """
    if not stored.goes_with_next_flow:
        repositories.sources.save(replace(stored, flow_count=stored.flow_count - 1))
        return []
    return [remove_source(repositories, stored, now)]


def remove_source(repositories: Repositories, stored: StoredSource, now: datetime) -> StoredEvent:
    """Delete a Source without Flows, or with its last one. Returns the event."""
    source_id = stored.source.id
    repositories.sources.remove(source_id)
    collectors: Sequence[str] = ()
    if not stored.is_unrelated:
        collectors = repositories.collections.source_collectors([source_id]).get(source_id, ())
    deleted = source_event("sources/deleted", stored.source, moment_of_leaving(stored, now))
    return replace(deleted, collected_by=tuple(collectors))
