"""Events as receivers get them, and the Segments in them as any client does (EVT-3…15)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tams.models.delivery import Announcement
from tams.models.filters import UrlFilter
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredEvent, from_us
from tams.ports import ObjectStores
from tams.services.get_urls import GetUrls
from tams.services.permissions import readable_backends
from tams.services.segment_documents import segment_json


class Reader(Protocol):
    """Whoever reads an event chooses the URLs in it, and whether Objects' timeranges are told.

    It knows of nothing but resources of `read_classes`, or of all when None.
    """

    @property
    def url_filter(self) -> UrlFilter: ...
    @property
    def include_object_timerange(self) -> bool | None: ...
    @property
    def read_classes(self) -> Collection[str] | None: ...


@dataclass(frozen=True, slots=True)
class EventDocuments:
    """URLs are signed when the event is sent, so that they live as long as any."""

    object_stores: ObjectStores
    backends: Mapping[str, StorageBackend]

    def document(self, announcement: Announcement, reader: Reader) -> dict[str, Any]:
        """The body of a webhook's POST, get_urls as it asked for them (WHK-35)."""
        event = announcement.event
        return {
            "event_timestamp": from_us(event.created_us).isoformat().replace("+00:00", "Z"),
            "event_type": event.event_type,
            "event": self._content(event, announcement, reader),
        }

    def _content(
        self, event: StoredEvent, announcement: Announcement, reader: Reader
    ) -> dict[str, Any]:
        match event.event_type:
            case "flows/created" | "flows/updated":
                return {"flow": event.document}
            case "sources/created" | "sources/updated":
                return {"source": event.document}
            case "sources/deleted":
                return {"source_id": event.source_id}
            case "flows/segments_deleted":
                return {"flow_id": event.flow_id, "timerange": str(event.timerange)}
            case "flows/segments_added":
                backends = readable_backends(reader.read_classes, self.backends)
                get_urls = GetUrls(self.object_stores, backends, reader.url_filter)
                wide = bool(reader.include_object_timerange)
                segments = [
                    segment_json(each, get_urls, include_object_timerange=wide)
                    for each in announcement.segments
                ]
                return {"flow_id": event.flow_id, "segments": segments}
            case _:
                return {"flow_id": event.flow_id}
