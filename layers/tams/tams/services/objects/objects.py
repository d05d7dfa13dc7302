"""Objects as clients see them once a Segment uses them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tams.errors import NotFoundError
from tams.models.caller import Caller, Permission
from tams.models.filters import TagFilter
from tams.models.stored import StoredFlow
from tams.models.stored_objects import ObjectKind, ObjectState, StoredObject
from tams.ports import Platform, Repositories, Store
from tams.services.access.object_permissions import check_object
from tams.services.access.permissions import readable_flows
from tams.timing import TimeRange


@dataclass(frozen=True, slots=True)
class ObjectView:
    """An Object, its init Object when it has one, and the Flows that use it, in id order."""

    stored: StoredObject
    init: StoredObject | None
    flow_ids: list[str]
    first_flow_id: str | None
    """None when the caller may not know of it."""


@dataclass(frozen=True, slots=True)
class ObjectService:
    store: Store

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller))

    def get(self, object_id: str, flow_tags: Sequence[TagFilter] = ()) -> ObjectView:
        """Raises NotFoundError, also for an allocated Object that no Segment has used yet (OBJ-3).

        `flow_tags` narrow the Flows, never the Object (OBJ-6).
        """

        def work(repositories: Repositories) -> ObjectView:
            stored = repositories.objects.find_many([object_id]).get(object_id)
            if stored is None or not stored.is_shown:
                raise unseen(repositories, object_id, stored)
            check_object(repositories, Permission.READ, stored)
            classes = repositories.caller.classes_for(Permission.READ)
            using = flows_using(repositories, stored, classes)
            return view_of(repositories, stored, using, flow_tags)

        return self.store.read(work)


def view_of(
    repositories: Repositories,
    stored: StoredObject,
    using: Mapping[str, StoredFlow],
    flow_tags: Sequence[TagFilter],
) -> ObjectView:
    """The Object with the Flows that use it, as the caller sees them."""
    classes = repositories.caller.classes_for(Permission.READ)
    users = [stored.flow_id] if stored.state is ObjectState.REFERENCED else []
    init = init_of(repositories, stored)
    first = readable_flows(repositories, classes, users)
    return ObjectView(
        stored,
        init,
        [each for each in sorted(using) if _matches(using[each], flow_tags)],
        next(iter(first), None),
    )


def init_of(repositories: Repositories, stored: StoredObject) -> StoredObject | None:
    if stored.init_object_id is None:
        return None
    return repositories.objects.find_many([stored.init_object_id])[stored.init_object_id]


def unseen(
    repositories: Repositories, object_id: str, stored: StoredObject | None
) -> NotFoundError:
    """For an Object that clients do not see. It says why, to those who may read it."""
    if stored is not None:
        check_object(repositories, Permission.READ, stored)
    return NotFoundError("Object", object_id, _why_unseen(stored))


def _why_unseen(stored: StoredObject | None) -> str:
    """Shows a client why an upload that should have registered a Segment did not."""
    if stored is None or stored.state is ObjectState.DOOMED:
        return ""
    if stored.fault is not None:
        return f"its upload did not register a Segment: {stored.fault.summary}"
    if stored.uploaded_us is None:
        return "it is allocated, but nothing has been uploaded yet"
    return f"its {stored.size_bytes} bytes have been uploaded, but no Segment uses it yet"


def media_of(repositories: Repositories, stored: StoredObject) -> list[str]:
    """The Objects through which Segments use it: an init Object through media Objects (INI-11)."""
    if stored.kind is ObjectKind.INIT:
        return repositories.objects.media_needing([stored.id])[stored.id]
    return [stored.id]


def flows_using(
    repositories: Repositories, stored: StoredObject, classes: Collection[str] | None
) -> dict[str, StoredFlow]:
    """The Flows of these classes in which clients see it. Raises as `flows_showing` does."""
    uses = repositories.segments.uses_of(media_of(repositories, stored))
    return flows_showing(repositories, stored, uses, classes)


def flows_showing(
    repositories: Repositories,
    stored: StoredObject,
    uses: Mapping[str, Sequence[TimeRange]],
    classes: Collection[str] | None = None,
) -> dict[str, StoredFlow]:
    """The Flows of these classes in which clients see it, given the timeranges of its uses by timeline.

    Raises NotFoundError for an Object in use that none of them shows: the Segments that use it are in the
    recycle bin, or a deletion is about to reach them.
    """
    flows = repositories.flows.showing(uses, classes)
    if stored.state is ObjectState.REFERENCED and not flows:
        raise NotFoundError("Object", stored.id)
    return flows


def _matches(stored: StoredFlow, flow_tags: Sequence[TagFilter]) -> bool:
    return all(each.matches(stored.flow.tags or {}) for each in flow_tags)
