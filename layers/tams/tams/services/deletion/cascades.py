"""Deletion requests for what is deleted with a Source or an Object: accepted, and worked off in steps."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from tams.errors import ConflictError, quoted
from tams.models.caller import Caller
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.stored import Cascade, StoredDeletion
from tams.ports import Repositories
from tams.services.access.permissions import redacted_request
from tams.services.deletion.disposal import Disposal
from tams.services.deletion.object_uses import step_of_uses
from tams.services.deletion.source_flows import step_of_source
from tams.timing import TimeRange


def request_of(cascade: Cascade, flow_id: str, now: datetime, caller: Caller) -> DeletionRequest:
    """The specification's request names one Flow, so it names one of them. Its id is that of the deletion."""
    return DeletionRequest(
        id=cascade.deletion_id,
        flow_id=flow_id,
        source_id=cascade.source_id,
        object_id=cascade.uses.object_id if cascade.uses else None,
        timerange_to_delete=TimeRange.eternity(),
        delete_flow=cascade.uses is None,
        status=DeletionStatus.CREATED,
        created=now,
        updated=now,
        created_by=caller.name,
    )


def at_work(
    repositories: Repositories, kind: str, resource_id: str, disposal: Disposal
) -> DeletionRequest | None:
    """The request that already deletes this Source or Object, for a caller who repeats the DELETE.

    The caller has been found to be allowed to. One round trip, and another if there is one. Raises
    ConflictError if what is deleted is to be kept now, and was not then, or the other way.
    """
    covering = repositories.deletion_requests.covering([resource_id])
    if resource_id not in covering:
        return None
    stored = repositories.deletion_requests.get(covering[resource_id])
    cascade = stored.cascade
    if cascade is None or (cascade.until_us > cascade.deleted_us) != bool(disposal.kept_for):
        raise ConflictError(
            f"{kind} {quoted(resource_id)} is being deleted by deletion request "
            f"{quoted(stored.request.id)}, with another soft_delete: try again when that is done"
        )
    return redacted_request(repositories.caller, stored.request, stored.auth_classes)


def accept(
    repositories: Repositories,
    request: DeletionRequest,
    cascade: Cascade,
    classes: Collection[str],
) -> DeletionRequest:
    """The request as the caller sees it. Callers of `classes` may follow its progress."""
    stored = StoredDeletion(request, auth_classes=tuple(classes), cascade=cascade)
    repositories.deletion_requests.add(stored)
    return redacted_request(repositories.caller, request, classes)


def step_of_cascade(
    repositories: Repositories, stored: StoredDeletion, now: datetime, segments_max: int
) -> tuple[StoredDeletion, bool, list[str]]:
    """One step. Returns the request as it is then, whether there is more to do, and doomed Objects."""
    cascade = stored.cascade
    assert cascade is not None
    if cascade.uses is None:
        return stored, step_of_source(repositories, cascade, now), []
    left, doomed = step_of_uses(repositories, cascade, now, segments_max)
    return replace(stored, cascade=left or cascade), left is not None, doomed
