"""Allocates Objects: ids and upload URLs for media, before any Segment uses them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar
from uuid import uuid4

from tams.errors import InvalidRequestError, quoted
from tams.models.caller import Caller, Permission
from tams.models.flow import Flow
from tams.models.flow_storage import AllocatedObject, FlowStorage, FlowStoragePost, HttpRequest
from tams.models.storage_backend import StorageBackend
from tams.models.stored_objects import (
    Instance,
    ObjectState,
    StoredObject,
    created_us_of,
    is_made_for,
)
from tams.models.upload_segment import UploadSegment
from tams.payload import ANSWER_BYTES_MAX, SIGNED_URL_BYTES_MAX, payload_bytes
from tams.ports import Clock, ObjectStores, Platform, Repositories, Store
from tams.services.access.object_permissions import unreadable
from tams.services.access.permissions import check_backend, flow_to, may_list_backend
from tams.services.access.writable import writable
from tams.services.segments.occupied import Occupied
from tams.timing.microseconds import to_us

T = TypeVar("T")

ALLOCATION_DEFAULT = 10
NO_DEFAULT = "storage_id: is required, because there is no default storage backend"
ALLOCATION_MAX = 1_000
_ROOM_BYTES = SIGNED_URL_BYTES_MAX + 5_000
"""For one Object in the answer, without its id: a URL, and the headers that its upload must send."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """New Objects on a storage backend, for bytes of one type. `headers` are those an upload must send."""

    object_ids: Sequence[str]
    storage_id: str
    content_type: str
    headers: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class MediaStorageService:
    store: Store
    clock: Clock
    object_stores: ObjectStores
    backends: Sequence[StorageBackend]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            platform.clock,
            platform.object_stores,
            tuple(platform.backends.values()),
        )

    def allocate(self, flow_id: str, post: FlowStoragePost) -> FlowStorage:
        """Reserve Objects for a Flow, each with its upload URL. Raises as `reserve`."""
        return self._reserve(flow_id, post, partial(self._answer, post))

    def reserve(self, flow_id: str, post: FlowStoragePost) -> Reserved:
        """Allocate new Objects for this Flow (STO-1…14).

        Ids chosen by the client must be new here. Either all are allocated or none. Raises NotFoundError,
        ForbiddenError (read-only), InvalidRequestError.
        """
        return self._reserve(flow_id, post, lambda reserved: reserved)

    def _reserve(self, flow_id: str, post: FlowStoragePost, answer: Callable[[Reserved], T]) -> T:
        """`answer` may refuse what is about to be allocated."""
        for name, given in (("object_ids", post.object_ids), ("segments", post.segments)):
            if len(given or ()) > ALLOCATION_MAX:
                raise InvalidRequestError(f"{name}: at most {ALLOCATION_MAX} per request")
        backend = self._backend(post.storage_id)
        storage_id = backend.id
        chosen = _chosen_ids(post)
        ids = [each if each is not None else str(uuid4()) for each in chosen]
        headers = self._headers(post, ids)

        def work(repositories: Repositories) -> T:
            stored = writable(flow_to(Permission.WRITE, repositories, flow_id))
            if post.storage_id is None and not may_list_backend(repositories.caller, backend):
                raise InvalidRequestError(NO_DEFAULT)
            check_backend(repositories.caller, Permission.WRITE, backend)
            content_type = _content_type(stored.flow, post)
            _check_init_objects(repositories, stored.flow, post)
            if given := [each for each in chosen if each is not None]:
                _check_new(repositories, given)
            answered = answer(Reserved(ids, storage_id, content_type, headers))
            repositories.objects.add(
                [
                    StoredObject(
                        id=object_id,
                        state=ObjectState.ALLOCATED,
                        flow_id=flow_id,
                        instances=(Instance(storage_id=storage_id),),
                        content_type=content_type,
                        created_us=to_us(self.clock()),
                        flow_created_us=created_us_of(stored.flow),
                        registers=headers.get(object_id, {}),
                    )
                    for object_id in ids
                ],
            )
            return answered

        return self.store.write(work)

    def _answer(self, post: FlowStoragePost, reserved: Reserved) -> FlowStorage:
        """Raises InvalidRequestError when it is too large: the client would never hear of the ids."""
        storage_id, content_type = reserved.storage_id, reserved.content_type
        presigned = post.presigned is not False
        answer = FlowStorage(
            media_objects=tuple(
                AllocatedObject(
                    object_id=object_id,
                    put_url=HttpRequest(
                        url=self.object_stores.put_url(
                            storage_id, object_id, content_type, reserved.headers.get(object_id)
                        )
                        if presigned
                        else self.object_stores.plain_url(storage_id, object_id),
                        content_type=content_type,
                        headers=reserved.headers.get(object_id),
                    ),
                    presigned=presigned or None,
                )
                for object_id in reserved.object_ids
            )
        )
        _check_size(answer)
        return answer

    def _headers(self, post: FlowStoragePost, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """What the upload of each Object must send to register its Segment (ADR 8)."""
        if post.segments is None:
            return {}
        for object_id in ids:
            if not self.object_stores.is_told_by_its_key(object_id):
                raise InvalidRequestError(
                    f"segments: Object {quoted(object_id)} has an id that is too long to register by upload"
                )
        _check_apart(post.segments)
        return {
            object_id: segment.headers
            for object_id, segment in zip(ids, post.segments, strict=True)
        }

    def _backend(self, asked: str | None) -> StorageBackend:
        """STO-7, STO-8."""
        if asked is not None:
            for backend in self.backends:
                if backend.id == asked:
                    return backend
            raise InvalidRequestError(f"storage_id: storage backend {quoted(asked)} does not exist")
        for backend in self.backends:
            if backend.default_storage:
                return backend
        raise InvalidRequestError(NO_DEFAULT)


def _check_size(answer: FlowStorage) -> None:
    objects = answer.media_objects or ()
    longest = sum(_ROOM_BYTES + 8 * len(each.object_id) for each in objects)
    if longest <= ANSWER_BYTES_MAX:
        return
    size = sum(payload_bytes(each.to_json_bytes()) + 1 for each in objects)
    if size > ANSWER_BYTES_MAX:
        fitting = max(1, len(objects) * ANSWER_BYTES_MAX // size)
        raise InvalidRequestError(
            f"the answer for {len(objects)} Objects would have {size} bytes, but the limit is "
            f"{ANSWER_BYTES_MAX}: ask for at most {fitting} at once"
        )


def _chosen_ids(post: FlowStoragePost) -> Sequence[str | None]:
    """One entry for each Object: the id that the client chose for it, or None."""
    if post.object_ids is not None:
        return post.object_ids
    if post.segments is not None:
        return [segment.object_id for segment in post.segments]
    return [None] * min(post.limit or ALLOCATION_DEFAULT, ALLOCATION_MAX)


def _check_apart(segments: Sequence[UploadSegment]) -> None:
    """If two overlapped, only the first upload would be registered, and the client would never learn why."""
    occupied = Occupied([])
    for index, segment in enumerate(segments):
        if (other := occupied.overlapping(segment.timerange)) is not None:
            raise InvalidRequestError(
                f"segments[{index}]: timerange {segment.timerange} overlaps that of segments[{other}]"
            )
        occupied.add(segment.timerange)


def _content_type(flow: object, post: FlowStoragePost) -> str:
    """STO-9, INI-14, INI-15: the Flow's container, or another type for init segments only."""
    container: str | None = getattr(flow, "container", None)
    if container is None:
        raise InvalidRequestError(
            "the Flow 'container' is not set: set it before asking for storage"
        )
    if post.content_type is None:
        return container
    if not getattr(getattr(flow, "essence_parameters", None), "init_segments", False):
        raise InvalidRequestError("content_type: is allowed only for Flows with init_segments")
    return post.content_type


def _check_init_objects(repositories: Repositories, flow: Flow, post: FlowStoragePost) -> None:
    """Uploads register later, on nobody's behalf, so the init Objects they name are checked now."""
    if repositories.caller.classes is None:
        return
    named = {each.init_object_id for each in post.segments or () if each.init_object_id}
    found = repositories.objects.find_many(named)
    others = {
        each.id: each
        for each in found.values()
        if each.reference_count or not is_made_for(each, flow)
    }
    if missing := sorted((named - found.keys()) | unreadable(repositories, others)):
        raise InvalidRequestError(f"segments: init_object_id {quoted(missing[0])} does not exist")


def _check_new(repositories: Repositories, object_ids: Sequence[str]) -> None:
    """STO-5. Raises InvalidRequestError when any id is in use; then nothing is allocated."""
    repositories.guards.hold(object_ids)
    if taken := sorted(repositories.objects.find_many(object_ids)):
        named = ", ".join(quoted(each) for each in taken[:5])
        raise InvalidRequestError(f"object_ids: some or all already exist: {named}")
