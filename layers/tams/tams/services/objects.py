"""Objects as clients see them once a Segment uses them."""

from dataclasses import dataclass

from tams.errors import NotFoundError
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

    def get(self, object_id: str) -> ObjectView:
        """Raises NotFoundError, also for an Object no Segment has used yet (OBJ-3)."""

        def work(repositories: Repositories) -> ObjectView:
            stored = repositories.objects.find_many([object_id]).get(object_id)
            if stored is None or stored.state is not ObjectState.REFERENCED:
                raise NotFoundError("Object", object_id)
            if stored.kind is ObjectKind.INIT:
                return ObjectView(stored, None, _flows_through_media(repositories, object_id))
            init = None
            if stored.init_object_id is not None:
                init = repositories.objects.find_many([stored.init_object_id])[
                    stored.init_object_id
                ]
            return ObjectView(stored, init, repositories.segments.flows_using(object_id))

        return self.store.read(work)


def _flows_through_media(repositories: Repositories, init_object_id: str) -> list[str]:
    """INI-11: an init Object is used by the Flows of the media Objects that need it."""
    flow_ids: set[str] = set()
    for media_id in repositories.objects.media_needing(init_object_id):
        flow_ids.update(repositories.segments.flows_using(media_id))
    return sorted(flow_ids)
