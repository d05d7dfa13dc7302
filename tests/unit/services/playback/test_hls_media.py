"""Media playlists: what they say about time, whatever the Flow is like."""

from collections.abc import Sequence
from itertools import pairwise

import m3u8
import pytest
from hypothesis import given

from tams.models.stored import StoredSegment
from tams.models.stored_objects import Instance
from tams.services.playback.exactness import Inexact
from tams.services.playback.hls_media import GAP_PIECES_MAX, ListForm, media_playlist
from tams.services.playback.parts import Part, parts_of
from tams.timing import TimeRange
from tests.unit.services.playback.lists import (
    SECOND,
    Entry,
    address,
    part,
    read_media_playlist,
    timelines,
)

VOD = ListForm()


def listed(*parts: Part, form: ListForm = VOD) -> list[Entry]:
    return read_media_playlist(media_playlist(parts, address, form)[0])[1]


@given(timelines())
def test_every_object_is_played_once_and_for_as_long_as_it_is(parts: list[Part]) -> None:
    text, _ = media_playlist(parts, address, VOD)
    _, entries = read_media_playlist(text)

    played = [(entry.uri, entry.length_ns) for entry in entries if not entry.is_gap]
    assert played == [
        (address(each.object_id, ["it"]), each.object_end_ns - each.object_start_ns)
        for each in parts
    ]


@given(timelines())
def test_no_entry_is_longer_than_the_target_duration(parts: list[Part]) -> None:
    head, entries = read_media_playlist(media_playlist(parts, address, VOD)[0])

    target = int(head["#EXT-X-TARGETDURATION"])
    assert all((entry.length_ns + SECOND // 2) // SECOND <= target for entry in entries)
    assert all(entry.length_ns > 0 for entry in entries)


@given(timelines())
def test_the_list_is_as_long_as_the_flow_unless_it_says_otherwise(parts: list[Part]) -> None:
    text, inexact = media_playlist(parts, address, VOD)
    _, entries = read_media_playlist(text)

    if parts and not inexact:
        assert sum(entry.length_ns for entry in entries) == parts[-1].end_ns - parts[0].start_ns


@given(timelines())
def test_a_decoder_is_told_when_its_samples_count_another_time(parts: list[Part]) -> None:
    _, entries = read_media_playlist(media_playlist(parts, address, VOD)[0])

    media = [entry for entry in entries if not entry.is_gap]
    for (before, after), entry in zip(pairwise(parts), media[1:], strict=True):
        if not after.decodes_like(before):
            assert entry.is_discontinuous
            assert entry.date is not None or abs(after.start_ns) > 2**60
    for each, entry in zip(parts, media, strict=True):
        if each.init_object_id is not None:
            assert entry.init == address(each.init_object_id, ["it"])


def test_another_reader_understands_the_same() -> None:
    init = {"init_object_id": "i", "init_instances": (Instance(storage_id="here"),)}
    parts = [
        part("a", 1_700_000_000, 1_700_000_002),
        part("b", 1_700_000_004, 1_700_000_006, **init),
    ]
    read = m3u8.loads(media_playlist(parts, address, VOD)[0])

    assert read.target_duration == 2
    assert read.is_endlist
    assert [each.duration for each in read.segments] == [2, 2, 2]
    assert [each.gap_tag for each in read.segments] == [None, True, None]
    assert [each.discontinuity for each in read.segments] == [False, False, True]
    assert read.segments[2].init_section.uri == address("i", ["it"])
    assert str(read.segments[2].program_date_time) == "2023-11-14 22:12:47+00:00"


def test_a_quotation_mark_in_an_address_does_not_end_it() -> None:
    init = (Instance(url='https://media.example/"a",BYTERANGE="1', label="a"),)
    started = part("a", 0, 2, init_object_id="init", init_instances=init)

    def own(_object_id: str, instances: Sequence[Instance]) -> str:
        return instances[0].url or "https://media.example/a"

    playlist = m3u8.loads(media_playlist([started], own, VOD)[0])

    assert [each.uri for each in playlist.segment_map] == [
        "https://media.example/%22a%22,BYTERANGE=%221"
    ]


def test_a_gap_of_two_seconds_takes_two_seconds() -> None:
    entries = listed(part("a", 0, 2), part("b", 4, 6))

    assert [(entry.is_gap, entry.length_ns) for entry in entries] == [
        (False, 2 * SECOND),
        (True, 2 * SECOND),
        (False, 2 * SECOND),
    ]
    assert not any(entry.is_discontinuous for entry in entries)


def test_a_gap_is_listed_in_pieces_no_longer_than_the_segments() -> None:
    entries = listed(part("a", 0, 2), part("b", 7, 9))

    assert [entry.length_ns for entry in entries if entry.is_gap] == [
        1_666_666_666,
        1_666_666_667,
        1_666_666_667,
    ]


def test_a_gap_too_long_to_list_is_shown_by_dates() -> None:
    later = 2.0 + 2 * GAP_PIECES_MAX + 1
    text, inexact = media_playlist([part("a", 0, 2), part("b", later, later + 2)], address, VOD)
    _, entries = read_media_playlist(text)

    assert inexact == {Inexact.GAP}
    assert [entry.date for entry in entries] == [
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T00:33:23.000Z",
    ]
    assert entries[1].is_discontinuous


def test_a_part_of_an_object_is_played_whole_and_the_list_says_so() -> None:
    edit = [
        part("a", 0, 2),
        part("b", 2, 3, whole=(2, 4), offset_ns=-SECOND),
        part("c", 3, 5, offset_ns=SECOND),
    ]
    text, inexact = media_playlist(edit, address, VOD)
    _, entries = read_media_playlist(text)

    assert sum(entry.length_ns for entry in entries) == 6 * SECOND
    assert inexact == {Inexact.CUT}
    assert [entry.is_discontinuous for entry in entries] == [False, True, True]


def test_an_object_without_an_address_leaves_a_gap_of_its_length() -> None:
    text, inexact = media_playlist([part("a", 0, 2), part("b", 2, 4, instances=())], address, VOD)
    head, entries = read_media_playlist(text)

    assert [(entry.is_gap, entry.length_ns) for entry in entries][1] == (True, 2 * SECOND)
    assert inexact == {Inexact.ABSENT}
    assert head["#EXT-X-VERSION"] == "8"


def test_a_list_that_grows_has_no_end_and_begins_where_it_began() -> None:
    head, _ = read_media_playlist(
        media_playlist([part("a", 0, 2)], address, ListForm(is_growing=True))[0]
    )

    assert head["#EXT-X-PLAYLIST-TYPE"] == "EVENT"
    assert head["#EXT-X-MEDIA-SEQUENCE"] == "0"
    assert "#EXT-X-ENDLIST" not in head


@given(timelines())
def test_a_list_that_grows_keeps_what_it_had(parts: list[Part]) -> None:
    form = ListForm(is_growing=True, segment_ns=15 * SECOND)
    whole = media_playlist(parts, address, form)[0]

    for count in range(len(parts)):
        shorter = media_playlist(parts[:count], address, form)[0]
        body = shorter.splitlines()[5:]
        assert whole.splitlines()[5:][: len(body)] == body


def test_a_list_that_slides_numbers_its_entries_by_what_was_before() -> None:
    form = ListForm(is_growing=True, slides=True, first_number=41)
    head, entries = read_media_playlist(
        media_playlist([part("a", 0, 2), part("b", 4, 6)], address, form)[0]
    )

    assert head["#EXT-X-MEDIA-SEQUENCE"] == "41"
    assert "#EXT-X-PLAYLIST-TYPE" not in head
    assert not any(entry.is_gap for entry in entries)
    assert entries[1].is_discontinuous


@pytest.mark.parametrize("start", [-7, 0, 1_700_000_000])
def test_neighbours_that_share_an_object_are_one_entry(start: int) -> None:
    def segment(first: int, last: int) -> StoredSegment:
        timerange = TimeRange.between((start + first) * SECOND, (start + last) * SECOND)
        whole = str(TimeRange.between(start * SECOND, (start + 2) * SECOND))
        return StoredSegment(
            "flow", timerange, "a", (Instance(storage_id="here"),), object_timerange=whole
        )

    entries = listed(*parts_of([segment(0, 1), segment(1, 2)]))

    assert [entry.length_ns for entry in entries] == [2 * SECOND]
