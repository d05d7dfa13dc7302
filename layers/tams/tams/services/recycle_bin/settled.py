"""Restores wait for deletions that would delete again what they bring back."""

from collections.abc import Collection

from tams.errors import ConflictError, quoted
from tams.models.stored import StoredSegment
from tams.ports import Repositories
from tams.services.recycle_bin.restored_segments import Found


def check_settled(repositories: Repositories, resource_ids: Collection[str]) -> None:
    """Raises ConflictError while a deletion request covers one of these. See `StoredDeletion.covers`.

    One round trip. Whoever accepts such a request holds a guard that a restore holds too, so none is missed.
    """
    covering = repositories.deletion_requests.covering(resource_ids)
    if covering:
        raise _at_work(min(covering.values()))


def check_done(repositories: Repositories, deletion_id: str) -> None:
    """Raises ConflictError while the request that has this deletion's id is at work. One round trip."""
    if repositories.deletion_requests.active([deletion_id]):
        raise _at_work(deletion_id)


def _at_work(request_id: str) -> ConflictError:
    return ConflictError(
        f"deletion request {quoted(request_id)} is still running, and would delete again what this "
        "restores: try again when it is done"
    )


def covered_by(source_id: str, found: Collection[Found]) -> set[str]:
    """What a deletion request may cover of these Segments: their entries, their Objects, their Source."""
    ids = {source_id}
    for each in found:
        ids.add(each.entry.id)
        for segment in each.segments:
            ids |= _objects_of(segment)
    return ids


def _objects_of(segment: StoredSegment) -> set[str]:
    return {each for each in (segment.object_id, segment.init_object_id) if each is not None}
