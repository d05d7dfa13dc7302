"""The get_urls of an Object: its instances as a client asked to see them (URL-1…17)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tams.models.filters import UrlFilter
from tams.models.storage_backend import StorageBackend
from tams.models.stored import Instance
from tams.ports import ObjectStores


@dataclass(frozen=True, slots=True)
class GetUrls:
    """Filters look at what the answer may hide; nothing is signed that would be filtered away."""

    object_stores: ObjectStores
    backends: Mapping[str, StorageBackend]
    urls: UrlFilter

    def of(self, object_id: str, instances: Sequence[Instance]) -> list[dict[str, Any]]:
        """Entries of `get_urls`, as JSON."""
        if self.urls.accepts_none:
            return []
        return list(self._entries(object_id, instances))

    def _entries(self, object_id: str, instances: Sequence[Instance]) -> Iterator[dict[str, Any]]:
        for instance in instances:
            backend = self.backends.get(instance.storage_id) if instance.storage_id else None
            if instance.storage_id is not None and backend is None:
                continue  # a backend that is configured no more
            if not self.urls.accepts(
                label=backend.label if backend else instance.label,
                storage_id=instance.storage_id,
                presigned=backend is not None,
                backend_tags=(backend.tags or {}) if backend else None,
            ):
                continue
            if backend is None:
                yield self._uncontrolled(instance)
            else:
                yield self._controlled(object_id, backend)

    def _controlled(self, object_id: str, backend: StorageBackend) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "url": self.object_stores.get_url(backend.id, object_id),
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
