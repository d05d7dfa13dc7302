"""The lists by which players play a Flow or a Source (an extension). No media passes through this service."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from tams.errors import InvalidRequestError
from tams.models.caller import Caller, Permission
from tams.models.flow import Flow
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
from tams.services.playback.cuts import Cutting
from tams.services.playback.dash import media_presentation
from tams.services.playback.exactness import Inexact
from tams.services.playback.formats import (
    DASH_CONTAINERS,
    HLS_CONTAINERS,
    check_container,
    file_name,
)
from tams.services.playback.frames import has_frames
from tams.services.playback.growth import Growth
from tams.services.playback.hls_media import ListForm, media_playlist
from tams.services.playback.hls_multivariant import multivariant_playlist
from tams.services.playback.parts import Part, before_gaps, clipped_to, parts_of
from tams.services.playback.presentation import Presentation, Track, presentation_of
from tams.services.playback.reading import (
    Asked,
    flows_of_source,
    members_of,
    plays_members,
    segments_of,
    with_media,
)
from tams.services.playback.rendering import Cuts, Rendered, RenderService, Wanted

_Found = Sequence[tuple[StoredFlow, Track]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, and how what it plays differs from what was asked for."""

    text: str
    inexact: Collection[Inexact] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class _Media:
    """What a media playlist is made of. It may reach further than the timerange that it was asked for."""

    flow: Flow
    cuts: Cuts
    form: ListForm
    reaches_further: bool = False


@dataclass(frozen=True, slots=True)
class _Presented:
    """What a DASH document is made of."""

    shown: Presentation
    cuts: Mapping[str, Cuts]
    growth: Growth | None


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

        def work(repositories: Repositories) -> Versioned[Listed | _Media]:
            stored = flow_to(Permission.READ, repositories, flow_id)
            if plays_members(stored):
                found = with_media(members_of(repositories, [stored]))
                return Versioned(None, _multivariant(_the_flow(flow_id), found, place))
            version = self._version(repositories.caller, stored)
            if is_known(version, known):
                return Versioned(version, None)
            check_container(stored.flow, HLS_CONTAINERS, "HLS")
            return Versioned(version, self._media(repositories, stored, asked))

        read = self.store.read(work)
        if not isinstance(read.value, _Media):
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

        def work(repositories: Repositories) -> Versioned[_Presented]:
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

        def work(repositories: Repositories) -> _Presented:
            source_to(Permission.READ, repositories, source_id)
            found = with_media(flows_of_source(repositories, source_id))
            return self._presented(repositories, _the_source(source_id), found, asked)

        return self._dash(self.store.read(work), asked, place)

    def _media(self, repositories: Repositories, stored: StoredFlow, asked: Asked) -> _Media:
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
        if is_growing:  # what it has listed must stay as it is
            cuts = Cuts.of(Cutting(stored.flow, self.backends, {}), parts, _is_never)
            return _Media(stored.flow, cuts, form, clipped_to(parts, timerange) != parts)
        shown = parts if asked.live_seconds is not None else clipped_to(parts, timerange)
        return _Media(stored.flow, self._cuts(repositories, stored.flow, shown, _is_cut), form)

    def _playlist(self, media: _Media, asked: Asked, place: Place) -> Listed:
        rendered = self.rendering.rendered({media.flow.id: media.cuts}, asked.wait_seconds)
        parts = rendered.parts[media.flow.id]
        address = self._addresses(place, parts, rendered)
        text, inexact = media_playlist(parts, address.of_flow(media.flow), media.form)
        if media.reaches_further and asked.live_seconds is None:
            inexact.add(Inexact.CUT)
        return Listed(text, inexact | _passing(rendered))

    def _presented(
        self, repositories: Repositories, what: str, found: _Found, asked: Asked
    ) -> _Presented:
        shown = _shown(what, found, DASH_CONTAINERS, "DASH")
        timelines = {stored.flow.id: stored for stored, _ in found}
        cuts: dict[str, Cuts] = {}
        for track in (*shown.pictures, *shown.sounds, *shown.texts):
            stored = timelines[track.flow.id]
            timerange = asked.of(stored)
            segments = segments_of(repositories, stored, timerange)
            parts = clipped_to(parts_of(segments), timerange)
            wanted: Wanted = _is_never
            if has_frames(stored) and not asked.is_growing(stored):
                wanted = partial(_is_shown_wrong, before_gaps(parts))
            cuts[track.flow.id] = self._cuts(repositories, stored.flow, parts, wanted)
        playing = [stored for stored, _ in found if stored.flow.id in cuts]
        return _Presented(shown, cuts, Growth.of(playing, asked, self.clock()))

    def _dash(self, presented: _Presented, asked: Asked, place: Place) -> Listed:
        rendered = self.rendering.rendered(presented.cuts, asked.wait_seconds)
        address = self._addresses(
            place, [part for each in rendered.parts.values() for part in each], rendered
        )
        text, inexact = media_presentation(
            presented.shown, rendered.parts, address.of_flow, presented.growth
        )
        return Listed(text, inexact | _passing(rendered))

    def _cuts(
        self, repositories: Repositories, flow: Flow, parts: Sequence[Part], wanted: Wanted
    ) -> Cuts:
        """A round trip if there are any."""
        ids = {part.object_id for part in parts if wanted(part)}
        ids |= {part.init_object_id for part in parts if part.init_object_id and wanted(part)}
        made_us = repositories.objects.made_us(ids) if ids else {}
        return Cuts.of(Cutting(flow, self.backends, made_us), parts, wanted)

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
        """That of the Flow, for as long as its Objects have the same addresses."""
        version = version_for(caller, stored.flow.created, stored.revision)
        return None if version is None else f"{version}-{period_of(self.clock()):x}"


def _is_cut(part: Part) -> bool:
    return part.is_cut


def _is_shown_wrong(fill_gaps: Collection[Part], part: Part) -> bool:
    """Whether a DASH player, which cuts at the bounds of periods, shows something else of the picture."""
    return part.is_cut_at_start or part in fill_gaps


def _is_never(_part: Part) -> bool:
    return False


def _versioned(version: str | None, listed: Listed) -> Versioned[Listed]:
    """One that changes when pieces are there has no version, because that of the Flow does not tell."""
    return Versioned(None if Inexact.RENDERING in listed.inexact else version, listed)


def _passing(rendered: Rendered) -> set[Inexact]:
    return {Inexact.RENDERING} if rendered.is_pending else set()


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
