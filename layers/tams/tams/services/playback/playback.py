"""The lists by which players play a Flow or a Source (an extension). No media passes through this service."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tams.errors import InvalidRequestError
from tams.models.caller import Caller, Permission
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredFlow
from tams.models.versioned import Versioned, is_known
from tams.ports import Clock, ObjectStores, Platform, Repositories, Store
from tams.services.access.permissions import flow_to, readable_backends, source_to
from tams.services.access.versions import version_for
from tams.services.playback.addresses import (
    ObjectAddresses,
    Place,
    lifetime_seconds,
    period_of,
)
from tams.services.playback.dash import media_presentation
from tams.services.playback.exactness import Inexact
from tams.services.playback.formats import (
    DASH_CONTAINERS,
    HLS_CONTAINERS,
    check_container,
    file_name,
)
from tams.services.playback.hls_media import ListForm, media_playlist
from tams.services.playback.hls_multivariant import multivariant_playlist
from tams.services.playback.parts import Part, clipped_to, parts_of
from tams.services.playback.presentation import Presentation, Track, presentation_of
from tams.services.playback.reading import (
    Asked,
    flows_of_source,
    members_of,
    plays_members,
    segments_of,
    with_media,
)

_Found = Sequence[tuple[StoredFlow, Track]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, and how what it plays differs from what was asked for."""

    text: str
    inexact: Collection[Inexact] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class PlaybackService:
    store: Store
    clock: Clock
    object_stores: ObjectStores
    backends: Mapping[str, StorageBackend]
    margin_seconds: int

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            platform.clock,
            platform.object_stores,
            readable_backends(caller.classes_for(Permission.READ), platform.backends),
            platform.settings.service.min_presigned_url_timeout_seconds,
        )

    def hls_of_flow(
        self, flow_id: str, asked: Asked, place: Place, known: Collection[str] = ()
    ) -> Versioned[Listed]:
        """A media playlist, or a multivariant one for a Flow without media that collects others.

        Takes four round trips, as a page of Segments does, and two if the client has this version. Raises
        NotFoundError, ForbiddenError, InvalidRequestError.
        """

        def work(repositories: Repositories) -> Versioned[Listed]:
            stored = flow_to(Permission.READ, repositories, flow_id)
            if plays_members(stored):
                found = with_media(members_of(repositories, [stored]))
                return Versioned(None, _multivariant(_the_flow(flow_id), found, place))
            version = self._version(repositories.caller, stored)
            if is_known(version, known):
                return Versioned(version, None)
            check_container(stored.flow, HLS_CONTAINERS, "HLS")
            return Versioned(version, self._media(repositories, stored, asked, place))

        return self.store.read(work)

    def hls_of_source(self, source_id: str, place: Place) -> Listed:
        """A multivariant playlist. Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> Listed:
            source_to(Permission.READ, repositories, source_id)
            found = with_media(flows_of_source(repositories, source_id))
            return _multivariant(_the_source(source_id), found, place)

        return self.store.read(work)

    def dash_of_flow(self, flow_id: str, asked: Asked, place: Place) -> Listed:
        """Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> Listed:
            stored = flow_to(Permission.READ, repositories, flow_id)
            if plays_members(stored):
                found = with_media(members_of(repositories, [stored]))
                return self._dash(repositories, _the_flow(flow_id), found, asked, place)
            check_container(stored.flow, DASH_CONTAINERS, "DASH")
            alone = [(stored, Track(stored.flow))]
            return self._dash(repositories, _the_flow(flow_id), alone, asked, place)

        return self.store.read(work)

    def dash_of_source(self, source_id: str, asked: Asked, place: Place) -> Listed:
        """Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> Listed:
            source_to(Permission.READ, repositories, source_id)
            found = with_media(flows_of_source(repositories, source_id))
            return self._dash(repositories, _the_source(source_id), found, asked, place)

        return self.store.read(work)

    def _media(
        self, repositories: Repositories, stored: StoredFlow, asked: Asked, place: Place
    ) -> Listed:
        timerange = asked.of(stored)
        segments = segments_of(repositories, stored, timerange)
        parts = parts_of(segments)
        is_growing = asked.is_growing(stored)
        slides = is_growing and asked.live_seconds is not None
        form = ListForm(
            is_growing=is_growing,
            slides=slides,
            # The list reaches to the end of the Flow, so all the others are before it.
            first_number=stored.timeline.segment_count - len(segments) if slides else 0,
            gap_name=file_name(stored.flow, "gap"),
            segment_ns=stored.timeline.longest_ns if is_growing else 0,
        )
        address = self._addresses(place, parts)
        text, inexact = media_playlist(parts, address.of_flow(stored.flow), form)
        if asked.live_seconds is None and clipped_to(parts, timerange) != parts:
            inexact.add(Inexact.CUT)
        return Listed(text, inexact)

    def _dash(
        self, repositories: Repositories, what: str, found: _Found, asked: Asked, place: Place
    ) -> Listed:
        shown = _shown(what, found, DASH_CONTAINERS, "DASH")
        timelines = {stored.flow.id: stored for stored, _ in found}
        parts: dict[str, list[Part]] = {}
        for track in (*shown.pictures, *shown.sounds, *shown.texts):
            stored = timelines[track.flow.id]
            timerange = asked.of(stored)
            segments = segments_of(repositories, stored, timerange)
            parts[track.flow.id] = clipped_to(parts_of(segments), timerange)
        address = self._addresses(place, [part for each in parts.values() for part in each])
        text, inexact = media_presentation(shown, parts, address.of_flow)
        return Listed(text, inexact)

    def _addresses(self, place: Place, parts: Sequence[Part]) -> ObjectAddresses:
        first_ns = min((part.object_start_ns for part in parts), default=0)
        last_ns = max((part.object_end_ns for part in parts), default=0)
        lasts_seconds = lifetime_seconds(last_ns - first_ns, self.margin_seconds)
        period = period_of(self.clock())
        return ObjectAddresses(self.object_stores, self.backends, period, lasts_seconds, place)

    def _version(self, caller: Caller, stored: StoredFlow) -> str | None:
        """That of the Flow, for as long as its Objects have the same addresses."""
        version = version_for(caller, stored.flow.created, stored.revision)
        return None if version is None else f"{version}-{period_of(self.clock()):x}"


def _the_flow(flow_id: str) -> str:
    return f"Flow {flow_id}"


def _the_source(source_id: str) -> str:
    return f"Source {source_id}"


def _multivariant(what: str, found: _Found, place: Place) -> Listed:
    shown = _shown(what, found, HLS_CONTAINERS, "HLS")
    return Listed(multivariant_playlist(shown, place.playlist_of))


def _shown(what: str, found: _Found, containers: tuple[str, ...], by: str) -> Presentation:
    """What can be played of these. Raises InvalidRequestError if that is nothing."""
    shown = presentation_of(
        track for _, track in found if (track.flow.container or "").lower() in containers
    )
    if shown.is_empty:
        held = sorted({str(track.flow.container) for _, track in found}) or ["no media"]
        raise InvalidRequestError(
            f"{what} has {', '.join(held)}, but {by} plays "
            f"{', '.join(containers[:-1])} and {containers[-1]}"
        )
    return shown
