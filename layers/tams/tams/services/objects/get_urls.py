"""The get_urls of an Object: the instances a client asked to see (URL-1…17)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tams.models.filters import UrlFilter
from tams.models.http_url import url_fault
from tams.models.storage_backend import StorageBackend
from tams.models.stored_objects import Instance


@dataclass(frozen=True, slots=True)
class GetUrls:
    """`get_url` signs a URL for a storage backend id and an Object id, but never one that is filtered out."""

    get_url: Callable[[str, str], str]
    backends: Mapping[str, StorageBackend]
    urls: UrlFilter

    def of(self, object_id: str, instances: Sequence[Instance]) -> list[dict[str, Any]]:
        """Entries of `get_urls`, as JSON."""
        return [
            self._uncontrolled(instance)
            if backend is None
            else self._controlled(object_id, backend)
            for instance, backend in chosen_instances(instances, self.backends, self.urls)
        ]

    def _controlled(self, object_id: str, backend: StorageBackend) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "url": self.get_url(backend.id, object_id),
            "presigned": True,
        }
        if backend.label is not None:
            entry["label"] = backend.label
        if self.urls.verbose_storage:
            shown = backend.to_json()
            shown.pop("default_storage", None)
            entry |= shown | {"storage_id": shown.pop("id"), "controlled": True}
            entry.pop("id", None)
        return entry

    def _uncontrolled(self, instance: Instance) -> dict[str, Any]:
        entry: dict[str, Any] = {"url": instance.url, "label": instance.label}
        if self.urls.verbose_storage:
            entry["controlled"] = False
        return entry


def chosen_instances(
    instances: Sequence[Instance], backends: Mapping[str, StorageBackend], urls: UrlFilter
) -> Iterator[tuple[Instance, StorageBackend | None]]:
    """The instances a client wants, with their backends. Filters apply even to fields the answer hides.

    URLs were not always checked: one that no player should open stays stored, but is not shown.
    """
    if urls.accepts_none:
        return
    for instance in instances:
        backend = backends.get(instance.storage_id) if instance.storage_id else None
        if instance.storage_id is not None and backend is None:
            continue  # a backend that is no longer configured
        if instance.url is not None and url_fault(instance.url) is not None:
            continue
        if urls.accepts(
            label=backend.label if backend else instance.label,
            storage_id=instance.storage_id,
            presigned=backend is not None,
            backend_tags=(backend.tags or {}) if backend else None,
        ):
            yield instance, backend
