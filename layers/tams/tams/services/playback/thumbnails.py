"""A frame of a Flow or Source as a JPEG (an extension), made when it is first asked for."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tams.errors import NotFoundError, UndecodableMediaError, quoted
from tams.models.caller import Caller, Permission
from tams.models.filters import UrlFilter
from tams.models.rendering import OBJECT_BYTES_MAX, Origin
from tams.models.storage_backend import StorageBackend
from tams.models.stored_objects import Instance
from tams.models.thumbnail import ThumbnailTask
from tams.ports import Platform, Repositories, Store, Thumbnailer, Thumbnails
from tams.services.access.permissions import flow_to, readable_backends, source_to
from tams.services.objects.get_urls import chosen_instances
from tams.services.playback.frames import AskedFrame, ShownFrame, frame_of
from tams.services.playback.parts import Part, parts_of
from tams.services.playback.reading import flows_of_source, members_of, plays_members

_NS_PER_POSITION = 1_000_000
"""Instants of one millisecond share a thumbnail, so that there are not endlessly many."""
_FORM = 1
"""Part of each name: another number makes all of them again."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the bytes are, and what distinguishes them from later ones under the same id."""

    origin: Origin
    version: str


@dataclass(frozen=True, slots=True)
class ThumbnailService:
    store: Store
    thumbnails: Thumbnails
    thumbnailer: Thumbnailer
    backends: Mapping[str, StorageBackend]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            platform.thumbnails,
            platform.thumbnailer,
            readable_backends(caller.classes_for(Permission.READ), platform.backends),
        )

    def of_flow(self, flow_id: str, asked: AskedFrame) -> str:
        """The URL of the JPEG: four round trips to VAST, and two requests to S3 if it is there already.

        Raises NotFoundError, ForbiddenError, InvalidRequestError, UndecodableMediaError.
        """

        def work(repositories: Repositories) -> ShownFrame:
            stored = flow_to(Permission.READ, repositories, flow_id)
            flows = [stored]
            if plays_members(stored):
                flows = [each for each, _ in members_of(repositories, [stored])]
            return frame_of(repositories, f"Flow {flow_id}", flows, asked)

        return self._url(self.store.read(work), asked.width)

    def of_source(self, source_id: str, asked: AskedFrame) -> str:
        """As above, of its Flow with media then that was changed last, at up to eight round trips."""

        def work(repositories: Repositories) -> ShownFrame:
            source_to(Permission.READ, repositories, source_id)
            flows = [each for each, _ in flows_of_source(repositories, source_id)]
            return frame_of(repositories, f"Source {source_id}", flows, asked)

        return self._url(self.store.read(work), asked.width)

    def _url(self, shown: ShownFrame, width: int) -> str:
        (part,) = parts_of([shown.segment])
        media = self._found(part.object_id, part.instances)
        found = [media]
        if part.init_object_id is not None:
            found.insert(0, self._found(part.init_object_id, part.init_instances))
        storage_id = media.origin.storage_id or self._default_backend()
        task = _task(storage_id, found, part, shown.at_ns, width)
        if not self.thumbnails.exists(storage_id, task.name):
            self.thumbnailer.make(task)
        return self.thumbnails.url(storage_id, task.name)

    def _found(self, object_id: str, instances: Sequence[Instance]) -> _Found:
        """The first instance that has bytes, ours first. Raises NotFoundError, UndecodableMediaError."""
        chosen = list(chosen_instances(instances, self.backends, UrlFilter()))
        for _, backend in chosen:
            if backend is None:
                continue
            facts = self.thumbnails.facts(backend.id, object_id)
            if facts is not None and facts.size_bytes > OBJECT_BYTES_MAX:
                raise UndecodableMediaError(
                    f"Object {quoted(object_id)} has {facts.size_bytes} bytes; thumbnails need "
                    f"Objects of at most {OBJECT_BYTES_MAX} bytes"
                )
            if facts is not None:
                return _Found(Origin(object_id, storage_id=backend.id), facts.etag)
        url = next((each.url for each, _ in chosen if each.url is not None), None)
        if url is not None:
            return _Found(Origin(object_id, url=url), url)
        why = "it has no bytes yet" if chosen else "it has no URL that you may open"
        raise NotFoundError("media", object_id, why)

    def _default_backend(self) -> str:
        """For thumbnails of media that is not ours. Raises NotFoundError."""
        listed = sorted(self.backends.values(), key=lambda each: not each.default_storage)
        if not listed:
            raise NotFoundError("thumbnail", "", "there is no storage backend that you may read")
        return listed[0].id


def _task(
    storage_id: str, found: Sequence[_Found], part: Part, at_ns: int, width: int
) -> ThumbnailTask:
    """Named by everything that determines its bytes, so that every request for them finds them."""
    position = (at_ns - part.offset_ns + _NS_PER_POSITION // 2) // _NS_PER_POSITION
    start_ns, end_ns = (
        each - part.offset_ns for each in (part.object_start_ns, part.object_end_ns)
    )
    made_of = [[each.origin.object_id, each.version] for each in found]
    content = json.dumps([_FORM, made_of, start_ns, end_ns]).encode()
    digest = hashlib.sha256(content).hexdigest()[:40]
    return ThumbnailTask(
        storage_id,
        f"{digest}/{position}-{width}.jpg",
        tuple(each.origin for each in found),
        position * _NS_PER_POSITION,
        start_ns,
        end_ns,
        width,
    )
