"""DASH documents: each period plays the right stretch of the right Objects."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given

from tams.services.playback.dash import media_presentation
from tams.services.playback.exactness import Inexact
from tams.services.playback.parts import Part
from tams.services.playback.periods import SNAP_NS, periods_of
from tams.services.playback.presentation import Presentation, Track
from tests.builders import an_audio_flow_body
from tests.unit.services.playback.lists import (
    MPD,
    SECOND,
    a_flow,
    address_of,
    part,
    read_mpd,
    seconds,
    timelines,
)

PICTURE = Track(a_flow(container="video/mp4"))
SOUND = Track(a_flow(**an_audio_flow_body(id="8d5a1c3e-2b7f-4f5e-9c2d-7e6b5a4c3d2f")))


def document(*parts: Part) -> str:
    text, _ = media_presentation(
        Presentation(pictures=[PICTURE]), {PICTURE.flow.id: parts}, address_of
    )
    return text


@given(timelines())
def test_periods_follow_one_another_and_show_all_that_the_flow_shows(parts: list[Part]) -> None:
    periods, _ = periods_of([(PICTURE, parts)])

    for before, after in pairwise(periods):
        assert before.start_ns < before.end_ns <= after.start_ns
    for each in parts:
        # Shorter than what counts as the same instant, it may be left to its neighbour.
        if each.end_ns - each.start_ns > SNAP_NS:
            assert any(
                each in period.stretches[0].parts
                for period in periods
                if period.start_ns - SNAP_NS <= each.start_ns < period.end_ns
            )


@given(timelines())
def test_the_samples_of_a_period_count_one_time(parts: list[Part]) -> None:
    for period in periods_of([(PICTURE, parts)])[0]:
        for stretch in period.stretches:
            assert all(each.decodes_like(stretch.parts[0]) for each in stretch.parts)


@given(timelines())
def test_a_document_lists_as_many_addresses_as_times(parts: list[Part]) -> None:
    total = Decimal(0)
    for period in read_mpd(document(*parts)):
        assert seconds(period.get("start")) >= total
        total = seconds(period.get("start")) + seconds(period.get("duration"))
        for segments in period.iter(f"{MPD}SegmentList"):
            times = segments.findall(f"{MPD}SegmentTimeline/{MPD}S")
            count = sum(1 + int(each.get("r", "0")) for each in times)
            assert count == len(segments.findall(f"{MPD}SegmentURL"))
            assert all(int(each.get("d", "0")) > 0 for each in times)
    if parts:
        assert total == Decimal(parts[-1].end_ns - parts[0].start_ns) / SECOND


def test_an_edit_of_part_of_an_object_is_cut_by_its_period() -> None:
    edit = [
        part("a", 0, 2),
        part("b", 2, 3, whole=(2, 4), offset_ns=-SECOND),
        part("c", 3, 5, offset_ns=SECOND),
    ]
    text, inexact = media_presentation(
        Presentation(pictures=[PICTURE]), {PICTURE.flow.id: edit}, address_of
    )
    periods = read_mpd(text)

    assert inexact == set()
    assert [seconds(each.get("duration")) for each in periods] == [2, 1, 2]
    offsets = [each.find(f".//{MPD}SegmentList") for each in periods]
    ticks = 90_000
    assert [
        int(each.get("presentationTimeOffset", "")) // ticks for each in offsets if each is not None
    ] == [0, 3, 2]


def test_a_picture_that_starts_inside_an_object_is_said_to_be_inexact() -> None:
    periods, inexact = periods_of([(PICTURE, [part("a", 1, 2, whole=(0, 2))])])

    assert inexact == {Inexact.CUT_START}
    assert [(each.start_ns, each.end_ns) for each in periods] == [(SECOND, 2 * SECOND)]
    assert periods_of([(SOUND, [part("a", 1, 2, whole=(0, 2))])])[1] == set()


def test_a_cut_before_a_gap_is_said_to_fill_it() -> None:
    parts = [part("a", 0, 1, whole=(0, 2)), part("b", 3, 5)]

    assert periods_of([(PICTURE, parts)])[1] == {Inexact.GAP}


def test_shots_of_a_few_frames_have_periods_of_their_own() -> None:
    shots = [part("a", 0, 0.04), part("b", 0.04, 0.2, offset_ns=1), part("c", 0.2, 2, offset_ns=2)]
    periods, inexact = periods_of([(PICTURE, shots)])

    assert [each.stretches[0].parts for each in periods] == [[shot] for shot in shots]
    assert inexact == set()


def test_sound_that_is_cut_in_its_own_frames_makes_no_periods_of_its_own() -> None:
    picture = [part("a", 0, 2), part("b", 2, 4, offset_ns=SECOND)]
    sound = [part("c", 0.01, 2.02), part("d", 2.02, 3.98, offset_ns=SECOND)]
    periods, _ = periods_of([(PICTURE, picture), (SOUND, sound)])

    assert [(each.start_ns, each.end_ns) for each in periods] == [
        (0, 2 * SECOND),
        (2 * SECOND, 4 * SECOND),
    ]
    assert [[p.object_id for p in each.stretches[1].parts] for each in periods] == [["c"], ["d"]]


def test_a_gap_between_objects_of_one_decoder_is_a_jump_of_time() -> None:
    (period,) = read_mpd(document(part("a", 0, 2), part("b", 4, 6), part("c", 6, 8)))

    times = period.findall(f".//{MPD}S")
    assert [(each.get("t"), each.get("d"), each.get("r")) for each in times] == [
        ("0", "180000", None),
        ("360000", "180000", "1"),
    ]


def test_the_ticks_of_a_document_count_frames_exactly() -> None:
    rate = {"numerator": 24_000, "denominator": 1_001}
    essence = {"frame_width": 16, "frame_height": 16, "frame_rate": rate}
    track = Track(a_flow(container="video/mp4", essence_parameters=essence))
    frame_ns = SECOND * 1_001 / 24_000
    begin = 1_700_000_000
    parts = [part(f"o{n}", begin + n * 48 * frame_ns / SECOND, 0) for n in range(0)]
    for n in range(5):
        start_ns = begin * SECOND + round(n * 48 * frame_ns)
        end_ns = begin * SECOND + round((n + 1) * 48 * frame_ns)
        parts.append(Part(f"o{n}", part("x", 0, 1).instances, start_ns, end_ns, start_ns, end_ns))
    text, _ = media_presentation(Presentation(pictures=[track]), {track.flow.id: parts}, address_of)
    (times,) = read_mpd(text)[0].findall(f".//{MPD}S")

    assert (times.get("t"), times.get("d"), times.get("r")) == (str(begin * 96_000), "192192", "4")
