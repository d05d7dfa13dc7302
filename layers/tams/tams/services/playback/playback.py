"""The lists by which players play a Flow or a Source (an extension). No media passes through this service."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tams.models.caller import Caller, Permission
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredFlow
from tams.models.versioned import Versioned, is_known
from tams.ports import Clock, ObjectStores, Pieces, Platform, Repositories, Store
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
)
from tams.services.playback.hls_media import media_playlist
from tams.services.playback.hls_multivariant import multivariant_playlist
from tams.services.playback.parts import Part
from tams.services.playback.planning import (
    Found,
    Media,
    Presented,
    media_of,
    presented_of,
    shown_of,
)
from tams.services.playback.presentation import Track
from tams.services.playback.reading import (
    Asked,
    flows_of_source,
    members_of,
    plays_members,
    with_media,
)
from tams.services.playback.rendering import Rendered, RenderService


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
    pieces: Pieces
    backends: Mapping[str, StorageBackend]
    rendering: RenderService
    margin_seconds: int

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            platform.clock,
            platform.object_stores,
            platform.pieces,
            readable_backends(caller.classes_for(Permission.READ), platform.backends),
            RenderService.of(platform, caller),
            platform.settings.service.min_presigned_url_timeout_seconds,
        )

    def hls_of_flow(
        self, flow_id: str, asked: Asked, place: Place, known: Collection[str] = ()
    ) -> Versioned[Listed]:
        """A media playlist, or a multivariant one for a Flow without media that collects others.

        Takes four round trips, as a page of Segments does, and two if the client has this version; five and a
        request to S3 if the Flow shows parts of Objects. Raises NotFoundError, ForbiddenError,
        InvalidRequestError.
        """

        def work(repositories: Repositories) -> Versioned[Listed | Media]:
            stored = flow_to(Permission.READ, repositories, flow_id)
            if plays_members(stored):
                found = with_media(members_of(repositories, [stored]))
                return Versioned(None, _multivariant(_the_flow(flow_id), found, place))
            version = self._version(repositories.caller, stored)
            if is_known(version, known):
                return Versioned(version, None)
            check_container(stored.flow, HLS_CONTAINERS, "HLS")
            return Versioned(version, media_of(repositories, self.backends, stored, asked))

        read = self.store.read(work)
        if not isinstance(read.value, Media):
            return Versioned(read.version, read.value)
        return _versioned(read.version, self._playlist(read.value, asked, place))

    def hls_of_source(self, source_id: str, place: Place) -> Listed:
        """A multivariant playlist. Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> Listed:
            source_to(Permission.READ, repositories, source_id)
            found = with_media(flows_of_source(repositories, source_id))
            return _multivariant(_the_source(source_id), found, place)

        return self.store.read(work)

    def dash_of_flow(
        self, flow_id: str, asked: Asked, place: Place, known: Collection[str] = ()
    ) -> Versioned[Listed]:
        """Takes as many round trips as HLS. Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> Versioned[Presented]:
            stored = flow_to(Permission.READ, repositories, flow_id)
            if plays_members(stored):
                found = with_media(members_of(repositories, [stored]))
                presented = self._presented(repositories, _the_flow(flow_id), found, asked)
                return Versioned(None, presented)
            version = self._version(repositories.caller, stored)
            if is_known(version, known):
                return Versioned(version, None)
            check_container(stored.flow, DASH_CONTAINERS, "DASH")
            alone = [(stored, Track(stored.flow))]
            presented = self._presented(repositories, _the_flow(flow_id), alone, asked)
            return Versioned(version, presented)

        read = self.store.read(work)
        if read.value is None:
            return Versioned(read.version, None)
        return _versioned(read.version, self._dash(read.value, asked, place))

    def dash_of_source(self, source_id: str, asked: Asked, place: Place) -> Listed:
        """Raises NotFoundError, ForbiddenError, InvalidRequestError."""

        def work(repositories: Repositories) -> Presented:
            source_to(Permission.READ, repositories, source_id)
            found = with_media(flows_of_source(repositories, source_id))
            return self._presented(repositories, _the_source(source_id), found, asked)

        return self._dash(self.store.read(work), asked, place)

    def _playlist(self, media: Media, asked: Asked, place: Place) -> Listed:
        rendered = self.rendering.rendered({media.flow.id: media.cuts}, asked.wait_seconds)
        parts = rendered.parts[media.flow.id]
        address = self._addresses(place, parts, rendered)
        text, inexact = media_playlist(parts, address.of_flow(media.flow), media.form)
        if media.reaches_further and asked.live_seconds is None:
            inexact.add(Inexact.CUT)
        return Listed(text, inexact | _passing(rendered))

    def _presented(
        self, repositories: Repositories, what: str, found: Found, asked: Asked
    ) -> Presented:
        return presented_of(repositories, self.backends, what, found, asked, self.clock())

    def _dash(self, presented: Presented, asked: Asked, place: Place) -> Listed:
        rendered = self.rendering.rendered(presented.cuts, asked.wait_seconds)
        address = self._addresses(
            place, [part for each in rendered.parts.values() for part in each], rendered
        )
        text, inexact = media_presentation(
            presented.shown, rendered.parts, address.of_flow, presented.growth
        )
        return Listed(text, inexact | _passing(rendered))

    def _addresses(
        self, place: Place, parts: Sequence[Part], rendered: Rendered
    ) -> ObjectAddresses:
        first_ns = min((part.object_start_ns for part in parts), default=0)
        last_ns = max((part.object_end_ns for part in parts), default=0)
        lasts_seconds = lifetime_seconds(last_ns - first_ns, self.margin_seconds)
        period = period_of(self.clock())
        return ObjectAddresses(
            self.object_stores,
            self.backends,
            period,
            lasts_seconds,
            place,
            self.pieces,
            rendered.places,
        )

    def _version(self, caller: Caller, stored: StoredFlow) -> str | None:
        """The Flow's version, for as long as its Objects have the same URLs."""
        version = version_for(caller, stored.flow.created, stored.revision)
        return None if version is None else f"{version}-{period_of(self.clock()):x}"


def _versioned(version: str | None, listed: Listed) -> Versioned[Listed]:
    """A list that changes when pieces are ready has no version, because the Flow's does not cover that."""
    return Versioned(None if Inexact.RENDERING in listed.inexact else version, listed)


def _passing(rendered: Rendered) -> set[Inexact]:
    return {Inexact.RENDERING} if rendered.is_pending else set()


def _the_flow(flow_id: str) -> str:
    return f"Flow {flow_id}"


def _the_source(source_id: str) -> str:
    return f"Source {source_id}"


def _multivariant(what: str, found: Found, place: Place) -> Listed:
    shown = shown_of(what, found, HLS_CONTAINERS, "HLS")
    return Listed(multivariant_playlist(shown, place.playlist_of))
