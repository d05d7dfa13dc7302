"""Objects as clients see them once a Segment uses them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tams.errors import NotFoundError
from tams.models.filters import TagFilter
from tams.models.stored import ObjectKind, ObjectState, StoredObject
from tams.ports import Repositories, Store


@dataclass(frozen=True, slots=True)
class ObjectView:
    """An Object, its init Object when it has one, and the Flows that use it, in id order."""

    stored: StoredObject
    init: StoredObject | None
    flow_ids: list[str]


@dataclass(frozen=True, slots=True)
class ObjectService:
    store: Store

    def get(self, object_id: str, flow_tags: Sequence[TagFilter] = ()) -> ObjectView:
        """Raises NotFoundError, also for an Object no Segment has used yet (OBJ-3).

        `flow_tags` narrow the Flows, never the Object (OBJ-6).
        """

        def work(repositories: Repositories) -> ObjectView:
            stored = repositories.objects.find_many([object_id]).get(object_id)
            if stored is None or stored.state is not ObjectState.REFERENCED:
                raise NotFoundError("Object", object_id)
            if stored.kind is ObjectKind.INIT:
                flow_ids = _flows_through_media(repositories, object_id)
                return ObjectView(stored, None, _tagged(repositories, flow_ids, flow_tags))
            init = None
            if stored.init_object_id is not None:
                init = repositories.objects.find_many([stored.init_object_id])[
                    stored.init_object_id
                ]
            flow_ids = repositories.segments.flows_using(object_id)
            return ObjectView(stored, init, _tagged(repositories, flow_ids, flow_tags))

        return self.store.read(work)


def _flows_through_media(repositories: Repositories, init_object_id: str) -> list[str]:
    """INI-11: an init Object is used by the Flows of the media Objects that need it."""
    flow_ids: set[str] = set()
    for media_id in repositories.objects.media_needing(init_object_id):
        flow_ids.update(repositories.segments.flows_using(media_id))
    return sorted(flow_ids)


def _tagged(
    repositories: Repositories, flow_ids: list[str], flow_tags: Sequence[TagFilter]
) -> list[str]:
    if not flow_tags:
        return flow_ids
    flows = repositories.flows.find_many(flow_ids)
    return [
        flow_id
        for flow_id in flow_ids
        if all(each.matches(flows[flow_id].flow.tags or {}) for each in flow_tags)
    ]
