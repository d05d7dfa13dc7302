"""A DASH media presentation description, by SegmentList and SegmentTimeline. Source: ISO/IEC 23009-1."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from tams.models.flow import AudioFlow, Flow, VideoFlow
from tams.services.playback.codecs import assumed_codec_string, frame_rate
from tams.services.playback.exactness import Inexact
from tams.services.playback.formats import mime_type, peak_bit_rate
from tams.services.playback.growth import Growth
from tams.services.playback.hls_media import Address, seconds_text
from tams.services.playback.parts import Part
from tams.services.playback.periods import Period, Stretch, periods_of
from tams.services.playback.presentation import Presentation, Track
from tams.timing.timestamp import NS_PER_SECOND

AddressOf = Callable[[Flow], Address]
"""Where a player finds the Objects of a Flow."""

_TICKS_MIN = 90_000
"""Ticks in a second, at least; JavaScript still counts those of 1970 until today exactly."""
_BUFFER_SECONDS = 2


def media_presentation(
    shown: Presentation,
    parts: Mapping[str, Sequence[Part]],
    address_of: AddressOf,
    growth: Growth | None = None,
) -> tuple[str, set[Inexact]]:
    """The document, and how what it plays differs from what the Flows show. `parts` are by Flow.

    Its time starts at the first part of any Flow, or where the growth says. A document that grows has a last
    period without an end, and one that slides a first period that begins with the document's time.
    """
    tracks = [*shown.pictures, *shown.sounds, *shown.texts]
    inexact: set[Inexact] = set()
    reachable = []
    for track in tracks:
        address = address_of(track.flow)
        with_address = [part for part in parts[track.flow.id] if _has_address(part, address)]
        if len(with_address) < len(parts[track.flow.id]):
            inexact.add(Inexact.ABSENT)
        reachable.append((track, with_address))
    periods, faults = periods_of(reachable)
    origin_ns = periods[0].start_ns if periods else 0
    end_ns = periods[-1].end_ns if periods else 0
    if growth is not None:
        origin_ns = growth.origin_ns
        if growth.slides and periods:
            periods[0] = replace(periods[0], start_ns=origin_ns)
    opening = _opening(end_ns - origin_ns) if growth is None else _growing(growth)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', opening]
    for period in periods:
        is_open = growth is not None and period is periods[-1]
        lines += _period(period, origin_ns, shown, address_of, is_open=is_open)
    return "\n".join([*lines, "</MPD>", ""]), inexact | faults


def _opening(length_ns: int) -> str:
    return (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:full:2011"'
        f' type="static" mediaPresentationDuration="{_duration(length_ns)}"'
        f' minBufferTime="PT{_BUFFER_SECONDS}S">'
    )


def _growing(growth: Growth) -> str:
    window = growth.window_seconds
    depth = "" if window is None else f' timeShiftBufferDepth="PT{window}S"'
    return (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:full:2011"'
        f' type="dynamic" availabilityStartTime="{growth.begins}"'
        f' minimumUpdatePeriod="PT{growth.update_seconds}S"{depth}'
        f' suggestedPresentationDelay="PT{growth.lag_seconds}S" minBufferTime="PT{_BUFFER_SECONDS}S">'
    )


def _has_address(part: Part, address: Address) -> bool:
    if part.init_object_id is not None and (
        address(part.init_object_id, part.init_instances) is None
    ):
        return False
    return address(part.object_id, part.instances) is not None


def _duration(ns: int) -> str:
    return f"PT{seconds_text(ns)}S"


def _period(
    period: Period,
    origin_ns: int,
    shown: Presentation,
    address_of: AddressOf,
    *,
    is_open: bool,
) -> Iterator[str]:
    length = "" if is_open else f' duration="{_duration(period.end_ns - period.start_ns)}"'
    yield (
        f'<Period id="at{period.start_ns}" start="{_duration(period.start_ns - origin_ns)}"{length}>'
    )
    for kind, tracks in (("video", shown.pictures), ("audio", shown.sounds), ("text", shown.texts)):
        for group in _adaptation_sets(kind, tracks, period):
            yield from _adaptation_set(kind, group, period, address_of)
    yield "</Period>"


def _adaptation_sets(kind: str, tracks: Sequence[Track], period: Period) -> Iterator[list[Stretch]]:
    """A player switches between the Flows of a set, so only pictures of one container and codec share one."""
    playing = {each.track.flow.id: each for each in period.stretches}
    groups: dict[tuple[str, ...], list[Stretch]] = {}
    for track in tracks:
        if track.flow.id in playing:
            alike = (str(track.flow.container), str(track.flow.codec))
            key = alike if kind == "video" else (track.flow.id,)
            groups.setdefault(key, []).append(playing[track.flow.id])
    yield from groups.values()


def _adaptation_set(
    kind: str, group: Sequence[Stretch], period: Period, address_of: AddressOf
) -> Iterator[str]:
    track = group[0].track
    language = "" if track.language is None else f" lang={quoteattr(track.language)}"
    yield f'<AdaptationSet contentType="{kind}"{language}>'
    if kind != "video":
        yield f"<Label>{escape(_printable(track.name))}</Label>"
    for stretch in group:
        yield from _representation(stretch, period, address_of(stretch.track.flow))
    yield "</AdaptationSet>"


def _representation(stretch: Stretch, period: Period, address: Address) -> Iterator[str]:
    flow = stretch.track.flow
    ticks = _ticks(flow)
    first = stretch.parts[0]
    offset = _in_ticks(period.start_ns - stretch.offset_ns, ticks)
    yield f"<Representation {_described(flow)}>"
    yield f'<SegmentList timescale="{ticks}" presentationTimeOffset="{offset}">'
    if first.init_object_id is not None:
        init = address(first.init_object_id, first.init_instances) or ""
        yield f"<Initialization sourceURL={quoteattr(init)}/>"
    yield f"<SegmentTimeline>{''.join(_timeline(stretch.parts, ticks))}</SegmentTimeline>"
    for part in stretch.parts:
        yield f"<SegmentURL media={quoteattr(address(part.object_id, part.instances) or '')}/>"
    yield "</SegmentList>"
    yield "</Representation>"


def _described(flow: Flow) -> str:
    attributes = {
        "id": flow.id,
        "mimeType": mime_type(flow),
        "codecs": assumed_codec_string(flow),
        "bandwidth": str(peak_bit_rate(flow)),
    }
    if isinstance(flow, VideoFlow):
        essence = flow.essence_parameters
        attributes |= {"width": str(essence.frame_width), "height": str(essence.frame_height)}
        rate = frame_rate(flow)
        attributes["frameRate"] = None if rate is None else str(rate)
    if isinstance(flow, AudioFlow):
        attributes["audioSamplingRate"] = str(flow.essence_parameters.sample_rate)
    given = {name: value for name, value in attributes.items() if value is not None}
    return " ".join(f"{name}={quoteattr(value)}" for name, value in given.items())


def _timeline(parts: Sequence[Part], ticks: int) -> Iterator[str]:
    """One S for each stretch of Objects that are equally long and follow one another."""
    spans = [
        (
            _in_ticks(part.object_start_ns - part.offset_ns, ticks),
            _in_ticks(part.object_end_ns - part.offset_ns, ticks),
        )
        for part in parts
    ]
    index = 0
    while index < len(spans):
        start, end = spans[index]
        length, repeats = end - start, 0
        while index + repeats + 1 < len(spans):
            following = spans[index + repeats + 1]
            if following != (end + repeats * length, end + (repeats + 1) * length):
                break
            repeats += 1
        again = f' r="{repeats}"' if repeats else ""
        yield f'<S t="{start}" d="{length}"{again}/>'
        index += repeats + 1


def _ticks(flow: Flow) -> int:
    """A number of ticks in a second that counts the Flow's own frames or samples exactly."""
    base = 1_000
    if isinstance(flow, VideoFlow) and (rate := frame_rate(flow)) is not None:
        base = rate.numerator
    elif isinstance(flow, AudioFlow):
        base = flow.essence_parameters.sample_rate
    return base * -(-_TICKS_MIN // base)


def _in_ticks(ns: int, ticks: int) -> int:
    """To the nearest tick."""
    return (ns * ticks + NS_PER_SECOND // 2) // NS_PER_SECOND


def _printable(text: str) -> str:
    """XML cannot hold every character."""
    return "".join(each if each.isprintable() else " " for each in text)
