"""Allocating Objects: ids and URLs to upload media to, before any Segment uses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from tams.errors import InvalidRequestError
from tams.models.flow_storage import AllocatedObject, FlowStorage, FlowStoragePost, HttpRequest
from tams.models.storage_backend import StorageBackend
from tams.models.stored import Instance, ObjectState, StoredObject, to_us
from tams.ports import Clock, ObjectStores, Repositories, Store
from tams.services.flow_segments import writable

ALLOCATION_DEFAULT = 10
ALLOCATION_MAX = 1_000


@dataclass(frozen=True, slots=True)
class MediaStorageService:
    store: Store
    clock: Clock
    object_stores: ObjectStores
    backends: Sequence[StorageBackend]

    def allocate(self, flow_id: str, post: FlowStoragePost) -> FlowStorage:
        """New Objects for this Flow, each with where to PUT it (STO-1…14).

        Ids a client chose must be new here; all are allocated or none. Raises NotFoundError,
        ForbiddenError (read-only), InvalidRequestError.
        """
        if len(post.object_ids or ()) > ALLOCATION_MAX:
            raise InvalidRequestError(f"object_ids: at most {ALLOCATION_MAX} in one request")
        storage_id = self._storage_id(post.storage_id)
        count = min(post.limit or ALLOCATION_DEFAULT, ALLOCATION_MAX)
        ids = post.object_ids or tuple(str(uuid4()) for _ in range(count))
        operation = str(uuid4())

        def work(repositories: Repositories) -> str:
            stored = writable(repositories.flows.get(flow_id))
            content_type = _content_type(stored.flow, post)
            if post.object_ids is not None:
                _check_new(repositories, post.object_ids)
            repositories.objects.add(
                [
                    StoredObject(
                        id=object_id,
                        state=ObjectState.ALLOCATED,
                        flow_id=flow_id,
                        instances=(Instance(storage_id=storage_id),),
                        content_type=content_type,
                        created_us=to_us(self.clock()),
                    )
                    for object_id in ids
                ],
                operation,
            )
            return content_type

        content_type = self.store.write(work)
        presigned = post.presigned is not False
        return FlowStorage(
            media_objects=tuple(
                AllocatedObject(
                    object_id=object_id,
                    put_url=HttpRequest(
                        url=self.object_stores.put_url(storage_id, object_id, content_type)
                        if presigned
                        else self.object_stores.plain_url(storage_id, object_id),
                        content_type=content_type,
                    ),
                    presigned=presigned or None,
                )
                for object_id in ids
            )
        )

    def _storage_id(self, asked: str | None) -> str:
        """STO-7, STO-8."""
        if asked is not None:
            if any(backend.id == asked for backend in self.backends):
                return asked
            raise InvalidRequestError(f"storage_id: no storage backend {asked!r}")
        for backend in self.backends:
            if backend.default_storage:
                return backend.id
        raise InvalidRequestError("storage_id: is required, no storage backend is the default")


def _content_type(flow: object, post: FlowStoragePost) -> str:
    """STO-9, INI-14, INI-15: the Flow's container, or another type for init segments only."""
    container: str | None = getattr(flow, "container", None)
    if container is None:
        raise InvalidRequestError("the Flow has no container: set it before asking for storage")
    if post.content_type is None:
        return container
    if not getattr(getattr(flow, "essence_parameters", None), "init_segments", False):
        raise InvalidRequestError("content_type: is for Flows with init_segments only")
    return post.content_type


def _check_new(repositories: Repositories, object_ids: Sequence[str]) -> None:
    """STO-5. Raises InvalidRequestError when any is in use, and then nothing is allocated."""
    repositories.guards.hold(object_ids)
    if taken := sorted(repositories.objects.find_many(object_ids)):
        raise InvalidRequestError(f"object_ids: {', '.join(taken[:5])} already in use")
