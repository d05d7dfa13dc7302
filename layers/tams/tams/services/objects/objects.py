"""Objects as clients see them once a Segment uses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tams.errors import NotFoundError
from tams.models.caller import Caller, Permission
from tams.models.filters import TagFilter
from tams.models.stored import ObjectKind, ObjectState, StoredObject
from tams.ports import Platform, Repositories, Store
from tams.services.access.object_permissions import check_object
from tams.services.access.permissions import readable_flows


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
            if stored is not None:
                check_object(repositories, Permission.READ, stored)
            if stored is None or not stored.is_shown:
                raise NotFoundError("Object", object_id, _why_unseen(stored))
            init = None
            if stored.init_object_id is not None:
                found = repositories.objects.find_many([stored.init_object_id])
                init = found[stored.init_object_id]
            classes = repositories.caller.classes_for(Permission.READ)
            users = [stored.flow_id] if stored.state is ObjectState.REFERENCED else []
            first = readable_flows(repositories, classes, users)
            return ObjectView(
                stored,
                init,
                _flows_of(repositories, stored, flow_tags),
                next(iter(first), None),
            )

        return self.store.read(work)


def _why_unseen(stored: StoredObject | None) -> str:
    """Shows a client why an upload that should have registered a Segment did not."""
    if stored is None or stored.state is ObjectState.DOOMED:
        return ""
    if stored.fault is not None:
        return f"its upload did not register a Segment: {stored.fault.summary}"
    if stored.uploaded_us is None:
        return "it is allocated, but nothing has been uploaded yet"
    return f"its {stored.size_bytes} bytes have been uploaded, but no Segment uses it yet"


def _flows_of(
    repositories: Repositories, stored: StoredObject, flow_tags: Sequence[TagFilter]
) -> list[str]:
    """Flows that use an Object, in id order; an init Object is used through media Objects (INI-11)."""
    media_ids = [stored.id]
    if stored.kind is ObjectKind.INIT:
        media_ids = repositories.objects.media_needing([stored.id])[stored.id]
    uses = repositories.segments.uses_of(media_ids)
    flows = repositories.flows.showing(uses, repositories.caller.classes_for(Permission.READ))
    return [
        flow_id
        for flow_id in sorted(flows)
        if all(each.matches(flows[flow_id].flow.tags or {}) for each in flow_tags)
    ]
