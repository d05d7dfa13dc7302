"""Objects that clients register by themselves, before any Segment uses them (an extension)."""

from dataclasses import dataclass
from typing import Self

from tams.errors import ConflictError, InvalidRequestError, NotFoundError, quoted
from tams.models.caller import Caller, Permission
from tams.models.flow import Flow
from tams.models.object_post import ObjectPost
from tams.models.stored_objects import (
    FLOW_GONE_US,
    Instance,
    ObjectState,
    StoredObject,
    created_us_of,
)
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import flow_to
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class ObjectRegistrationService:
    """Such an Object has only its client's own URLs. If nothing uses it, it goes as allocations do."""

    store: Store
    clock: Clock
    backend_labels: frozenset[str]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        labels = (each.label for each in platform.backends.values())
        return cls(
            platform.store(caller), platform.clock, frozenset(each for each in labels if each)
        )

    def create(self, post: ObjectPost) -> StoredObject:
        """Raises ConflictError when its id is taken, InvalidRequestError, ForbiddenError."""
        for given in post.get_urls:
            if given.label in self.backend_labels:
                raise InvalidRequestError(f"get_urls: label {quoted(given.label)} is in use")

        def work(repositories: Repositories) -> StoredObject:
            flow = _first_user(repositories, post.flow_id)
            repositories.guards.hold([post.id])
            if repositories.objects.find_many([post.id]):
                raise ConflictError(f"id: Object {quoted(post.id)} already exists")
            stored = StoredObject(
                id=post.id,
                state=ObjectState.ALLOCATED,
                flow_id=flow.id if flow else "",
                instances=tuple(Instance(url=each.url, label=each.label) for each in post.get_urls),
                content_type=flow.container if flow else None,
                timerange=post.timerange,
                key_frame_count=post.key_frame_count,
                created_us=to_us(self.clock()),
                flow_created_us=created_us_of(flow) if flow else FLOW_GONE_US,
            )
            repositories.objects.add([stored])
            return stored

        return self.store.write(work, post.id)


def _first_user(repositories: Repositories, flow_id: str | None) -> Flow | None:
    """The Flow that the Object is for. An Object takes its classes from there, so some callers must name it.

    Raises InvalidRequestError, ForbiddenError.
    """
    if flow_id is not None:
        try:
            return flow_to(Permission.WRITE, repositories, flow_id).flow
        except NotFoundError as error:
            raise InvalidRequestError(f"flow_id: Flow {quoted(flow_id)} does not exist") from error
    if repositories.caller.classes is not None:
        raise InvalidRequestError(
            "flow_id: is required, because you are limited to classes, and an Object takes the "
            "classes of the first Flow that uses it"
        )
    return None
