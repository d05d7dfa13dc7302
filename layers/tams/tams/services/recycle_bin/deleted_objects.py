"""An Object as clients see it who ask for what is in the recycle bin too (`include_deleted`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from tams.errors import NotFoundError
from tams.models.binned import BinnedTimeline, deletion_told
from tams.models.caller import Caller, Permission
from tams.models.filters import TagFilter
from tams.models.stored_objects import ObjectState, StoredObject
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.object_permissions import check_object
from tams.services.objects.objects import ObjectView, init_of, media_of, unseen, view_of
from tams.services.recycle_bin.with_deleted import IncludeDeleted
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class DeletedObject:
    """`last` is the entry that its last use went to, if no Flow uses it any more."""

    view: ObjectView
    last: BinnedTimeline | None

    @property
    def told(self) -> dict[str, Any]:
        return {} if self.last is None else deletion_told(self.last.deletion, self.last.entry_id)


@dataclass(frozen=True, slots=True)
class DeletedObjectService:
    """An Object is deleted when all Segments that use it are in the recycle bin."""

    store: Store
    clock: Clock
    asked: IncludeDeleted

    @classmethod
    def of(cls, platform: Platform, caller: Caller, asked: IncludeDeleted) -> Self:
        return cls(platform.store(caller), platform.clock, asked)

    def get(self, object_id: str, flow_tags: Sequence[TagFilter] = ()) -> DeletedObject:
        """The Flows that used a deleted Object are those that its Segments were deleted from.

        `flow_tags` narrow them by the tags that they had then. One round trip more than without, or two.
        Raises NotFoundError.
        """

        def work(repositories: Repositories) -> DeletedObject:
            stored = repositories.objects.find_many([object_id]).get(object_id)
            if stored is None or not stored.is_shown:
                raise unseen(repositories, object_id, stored)
            classes = repositories.caller.classes_for(Permission.READ)
            uses = repositories.segments.uses_of(media_of(repositories, stored))
            everyones = repositories.flows.showing(uses)
            if everyones or stored.state is not ObjectState.REFERENCED:
                check_object(repositories, Permission.READ, stored)
                if self.asked is IncludeDeleted.ONLY:
                    raise NotFoundError("deleted Object", object_id)
                using = repositories.flows.showing(uses, classes)
                return DeletedObject(view_of(repositories, stored, using, flow_tags), None)
            timelines = repositories.binned.among(uses, to_us(self.clock()), classes)
            if not timelines:
                raise NotFoundError("Object", object_id)
            return _deleted(repositories, stored, timelines, flow_tags)

        return self.store.read(work)


def _deleted(
    repositories: Repositories,
    stored: StoredObject,
    timelines: Sequence[BinnedTimeline],
    flow_tags: Sequence[TagFilter],
) -> DeletedObject:
    users = {each.entry_id: each.outline.flow_id for each in timelines}
    flow_ids = set(users.values())
    first = stored.flow_id if stored.flow_id in flow_ids else None
    if flow_tags:
        entries = repositories.recycle_bin.whole(users).values()
        flow_ids = {
            entry.resource_id
            for entry in entries
            if all(each.matches(entry.tags) for each in flow_tags)
        }
    last = max(timelines, key=lambda it: (it.deletion.deleted_us, it.entry_id))
    init = init_of(repositories, stored)
    return DeletedObject(ObjectView(stored, init, sorted(flow_ids), first), last)
