"""What lists are made of: the parts of Flows, and which of them are to be rendered, of one snapshot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tams.errors import InvalidRequestError
from tams.models.flow import Flow
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredFlow
from tams.ports import Repositories
from tams.services.playback.cuts import Cutting
from tams.services.playback.formats import DASH_CONTAINERS, file_name
from tams.services.playback.frames import has_frames
from tams.services.playback.growth import Growth
from tams.services.playback.hls_media import ListForm
from tams.services.playback.parts import Part, before_gaps, clipped_to, parts_of
from tams.services.playback.presentation import Presentation, Track, presentation_of
from tams.services.playback.reading import Asked, segments_of
from tams.services.playback.rendering import Cuts, Wanted

Found = Sequence[tuple[StoredFlow, Track]]

"""Flows with what is to be shown of them."""

Backends = Mapping[str, StorageBackend]


@dataclass(frozen=True, slots=True)
class Media:
    """What a media playlist is made of. It may reach further than the timerange that it was asked for."""

    flow: Flow
    cuts: Cuts
    form: ListForm
    reaches_further: bool = False


@dataclass(frozen=True, slots=True)
class Presented:
    """What a DASH document is made of."""

    shown: Presentation
    cuts: Mapping[str, Cuts]
    growth: Growth | None


def media_of(
    repositories: Repositories, backends: Backends, stored: StoredFlow, asked: Asked
) -> Media:
    """What the playlist of a Flow is made of. Raises InvalidRequestError for too many Segments."""
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
        cuts = Cuts.of(Cutting(stored.flow, backends, {}), parts, _is_never)
        return Media(stored.flow, cuts, form, clipped_to(parts, timerange) != parts)
    shown = parts if asked.live_seconds is not None else clipped_to(parts, timerange)
    return Media(stored.flow, _cuts(repositories, backends, stored.flow, shown, _is_cut), form)


def presented_of(
    repositories: Repositories,
    backends: Backends,
    what: str,
    found: Found,
    asked: Asked,
    now: datetime,
) -> Presented:
    """What a DASH document is made of. Raises InvalidRequestError."""
    shown = shown_of(what, found, DASH_CONTAINERS, "DASH")
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
        cuts[track.flow.id] = _cuts(repositories, backends, stored.flow, parts, wanted)
    playing = [stored for stored, _ in found if stored.flow.id in cuts]
    return Presented(shown, cuts, Growth.of(playing, asked, now))


def shown_of(what: str, found: Found, containers: tuple[str, ...], by: str) -> Presentation:
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


def _cuts(
    repositories: Repositories,
    backends: Backends,
    flow: Flow,
    parts: Sequence[Part],
    wanted: Wanted,
) -> Cuts:
    """A round trip if there are any."""
    ids = {part.object_id for part in parts if wanted(part)}
    ids |= {part.init_object_id for part in parts if part.init_object_id and wanted(part)}
    made_us = repositories.objects.made_us(ids) if ids else {}
    return Cuts.of(Cutting(flow, backends, made_us), parts, wanted)


def _is_cut(part: Part) -> bool:
    return part.is_cut


def _is_shown_wrong(fill_gaps: Collection[Part], part: Part) -> bool:
    """Whether a DASH player, which cuts at the bounds of periods, shows something else of the picture."""
    return part.is_cut_at_start or part in fill_gaps


def _is_never(_part: Part) -> bool:
    return False
