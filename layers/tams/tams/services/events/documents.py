"""Events as receivers get them, with their Segments rendered as for any client (EVT-3…15)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tams.models.common import whole_seconds
from tams.models.delivery import Announcement
from tams.models.filters import UrlFilter
from tams.models.storage_backend import StorageBackend
from tams.ports import UrlSigner
from tams.services.access.permissions import readable_backends
from tams.services.objects.get_urls import GetUrls, chosen_instances
from tams.services.segments.documents import segment_json
from tams.timing.microseconds import from_us


class Reader(Protocol):
    """The reader of an event chooses the URLs in it, and whether it includes Objects' timeranges.

    It knows only of resources in `read_classes`, or of all when that is None.
    """

    @property
    def url_filter(self) -> UrlFilter: ...
    @property
    def include_object_timerange(self) -> bool | None: ...
    @property
    def read_classes(self) -> Collection[str] | None: ...


@dataclass(frozen=True, slots=True)
class EventDocuments:
    """URLs are signed when events are sent, so that they live as long as any other."""

    signer: UrlSigner
    backends: Mapping[str, StorageBackend]

    def of(self, announcements: Sequence[Announcement], reader: Reader) -> list[dict[str, Any]]:
        """The body of a webhook's POST for each announcement, with the get_urls it asked for (WHK-35).

        Raises BackendUnavailableError.
        """
        backends = readable_backends(reader.read_classes, self.backends)
        wanted = {
            (backend.id, object_id)
            for announcement in announcements
            for segment in announcement.segments
            for object_id, instances in segment.instances_by_object.items()
            for _, backend in chosen_instances(instances, backends, reader.url_filter)
            if backend is not None
        }
        urls = self.signer.get_urls(wanted) if wanted else {}
        get_urls = GetUrls(
            lambda storage_id, object_id: urls[storage_id, object_id], backends, reader.url_filter
        )
        return [
            {
                "event_timestamp": whole_seconds(from_us(each.event.created_us)),
                "event_type": each.event.event_type,
                "event": _content(each, get_urls, wide=bool(reader.include_object_timerange)),
            }
            for each in announcements
        ]


def _content(announcement: Announcement, get_urls: GetUrls, *, wide: bool) -> dict[str, Any]:
    event = announcement.event
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
            segments = [
                segment_json(each, get_urls, include_object_timerange=wide)
                for each in announcement.segments
            ]
            return {"flow_id": event.flow_id, "segments": segments}
        case _:
            return {"flow_id": event.flow_id}
