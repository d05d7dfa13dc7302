"""Saves a Flow whose metadata a caller has changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from tams.models.caller import classes_of
from tams.models.collection import FlowCollectionItem
from tams.models.flow import Flow
from tams.models.stored import StoredFlow
from tams.ports import Repositories
from tams.services.access.permissions import check_move
from tams.services.flows.announcements import flow_event
from tams.services.flows.collections import collect, with_collections, with_flow


def save_changed(
    repositories: Repositories,
    stored: StoredFlow,
    changed: Flow,
    now: datetime,
    *,
    collects: bool = False,
    old_items: Sequence[FlowCollectionItem] | None = None,
) -> None:
    """Save it with a new version and a new date, and add a `flows/updated` event.

    With `collects`, its `flow_collection` is saved too; `old_items` are those that are stored, if they have
    been read. Raises InvalidRequestError as `collect` does, and ForbiddenError for a change of classes.
    """
    caller = repositories.caller.name
    stamps = {"metadata_updated": now, "metadata_version": uuid4().hex}
    flow: Flow = changed.model_copy(update=stamps | ({"updated_by": caller} if caller else {}))
    check_move(repositories.caller, classes_of(stored.flow.tags), classes_of(flow.tags))
    after = with_flow(stored, flow)
    repositories.flows.save(after)
    derived = collect(repositories, after, now, old_items) if collects else []
    (updated,) = with_collections(repositories, [after])
    repositories.events.add([flow_event("flows/updated", updated, now), *derived])
