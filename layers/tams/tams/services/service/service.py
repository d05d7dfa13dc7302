"""The service's own description and its storage backends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tams import __version__
from tams.models.caller import Caller
from tams.models.page_keys import decode_page_key, encode_page_key
from tams.models.paging import Page
from tams.models.queries import BackendQuery
from tams.models.service import EventStreamMechanism, Service, ServicePost
from tams.models.storage_backend import StorageBackend
from tams.ports import Platform, Repositories, Store
from tams.services.access.permissions import may_list_backend
from tams.timing.timestamp import NS_PER_SECOND, Timestamp

if TYPE_CHECKING:
    from tams.settings.behaviour import ServiceSettings

API_VERSION = "8.2"


@dataclass(frozen=True, slots=True)
class ServiceService:
    """`defaults` is the service as deployed; a client may rename and describe it (SVC-9)."""

    store: Store
    defaults: Service
    backends: Sequence[StorageBackend]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        backends = tuple(platform.backends.values())
        return cls(platform.store(caller), _as_deployed(platform.settings.service), backends)

    def get(self) -> Service:
        """Source: GET /service."""
        name, description = self.store.read(lambda repositories: repositories.service.get())
        return self.defaults.model_copy(
            update={
                "name": name or self.defaults.name,
                "description": description or self.defaults.description,
            }
        )

    def list_backends(self, query: BackendQuery) -> Page[StorageBackend]:
        """By label, then those without one by id (SRT-7). Source: GET /service/storage-backends."""
        caller = self.store.caller
        mine = [each for each in self.backends if may_list_backend(caller, each)]
        ordered = sorted(mine, key=_backend_order, reverse=query.reverse)
        if query.page is not None:
            (last_id,) = decode_page_key(query.page, str)
            ids = [backend.id for backend in ordered]
            ordered = ordered[ids.index(last_id) + 1 :] if last_id in ids else []
        ordered = [
            each for each in ordered if all(tag.matches(each.tags or {}) for tag in query.tags)
        ]
        chosen = tuple(ordered[: query.limit])
        more = len(ordered) > query.limit
        return Page(chosen, encode_page_key(chosen[-1].id) if more else None)

    def update(self, post: ServicePost) -> None:
        """Properties the body leaves out stay as they were (SVC-10). Source: POST /service."""

        def work(repositories: Repositories) -> None:
            name, description = repositories.service.get()
            repositories.service.save(
                name if post.name is None else post.name,
                description if post.description is None else post.description,
            )

        self.store.write(work)


def _as_deployed(settings: "ServiceSettings") -> Service:
    return Service(
        name=settings.name,
        description=settings.description,
        type="urn:x-tams:service:vast",
        api_version=API_VERSION,
        service_version=__version__,
        event_stream_mechanisms=(EventStreamMechanism(name="webhooks"),),
        min_object_timeout=_seconds(settings.min_object_timeout_seconds),
        min_presigned_url_timeout=_seconds(settings.min_presigned_url_timeout_seconds),
    )


def _seconds(seconds: int) -> Timestamp:
    return Timestamp(seconds * NS_PER_SECOND)


def _backend_order(backend: StorageBackend) -> tuple[bool, str, str]:
    return backend.label is None, backend.label or "", backend.id
