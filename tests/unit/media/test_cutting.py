"""Which packets make up a part of an Object, for any order of packets."""

from fractions import Fraction

import pytest

from tams.media.avc import AvcConfiguration
from tams.media.boxes import changed, taken_apart
from tams.media.cutting import Window, run_of, window_of
from tams.media.faults import StillError
from tams.media.picking import Coded, Sought

FRAME = Fraction(1, 25)
# As a file has them: I P B B P B B, then a key frame with two pictures that lead it.
ORDER = ((0, True), (3, False), (1, False), (2, False), (6, True), (4, False), (5, False))
PACKETS = [Coded(number * FRAME, is_key) for number, is_key in ORDER]


def window(first: int, end: int) -> Window:
    return Window(first * FRAME, end * FRAME)


@pytest.mark.parametrize("first", range(7))
@pytest.mark.parametrize("end", range(1, 8))
def test_the_frames_of_a_part_are_found_whatever_their_order(first: int, end: int) -> None:
    if first >= end:
        with pytest.raises(StillError, match="no frame"):
            run_of(PACKETS, window(first, end))
        return

    run = run_of(PACKETS, window(first, end))

    assert sorted(ORDER[index][0] for index in run.shown) == list(range(first, end))
    assert PACKETS[run.first].is_key
    assert run.first <= min(run.shown)
    assert run.last == max(run.shown)


@pytest.mark.parametrize(
    ("first", "end", "can_be_copied"),
    [
        (0, 4, True),
        (0, 7, True),
        (6, 7, True),  # the pictures that lead the key frame are left out
        (0, 1, True),
        (0, 2, False),  # frame 1 needs frame 3
        (0, 3, False),
        (1, 4, False),
        (4, 7, False),
    ],
)
def test_a_part_is_copied_where_nothing_outside_it_is_needed(
    first: int, end: int, can_be_copied: bool
) -> None:
    assert run_of(PACKETS, window(first, end)).can_be_copied is can_be_copied


def test_samples_that_count_from_another_time_are_cut_at_the_same_place() -> None:
    times = sorted(each.shown + 10 for each in PACKETS)
    part = (Fraction(100) + FRAME, Fraction(100) + 3 * FRAME)

    found = window_of(times, part, Sought(part[0], Fraction(100), 100 + 7 * FRAME))

    assert found == Window(10 + FRAME, 10 + 3 * FRAME)


def test_each_frame_of_sound_is_in_one_of_two_neighbours() -> None:
    before, after = Window(Fraction(0), Fraction(1)), Window(Fraction(1), Fraction(2))
    duration = Fraction(1_024, 48_000)

    for index in range(90):
        at = index * duration
        assert before.plays(at, duration) is not after.plays(at, duration)


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content


def test_the_content_of_a_box_is_changed_and_all_around_it_grows() -> None:
    inner = box(b"stbl", box(b"stsd", bytes(8) + box(b"avc1", bytes(78) + box(b"avcC", b"short"))))
    init = box(b"ftyp", b"iso6") + box(b"moov", box(b"trak", inner) + box(b"mvex", b"x"))
    file = init + box(b"moof", b"1") + box(b"mdat", b"2") + box(b"mfra", b"3")

    assert taken_apart(file) == (init, box(b"moof", b"1") + box(b"mdat", b"2"))
    longer = changed(init, b"avcC", lambda content: content + b"er")
    assert longer.count(box(b"avcC", b"shorter")) == 1
    assert changed(longer, b"avcC", lambda content: content[:-2]) == init
    with pytest.raises(ValueError, match="not whole"):
        taken_apart(file[:-1])


def test_a_decoder_gets_the_parameter_sets_of_both() -> None:
    def record(sps: bytes, pps: bytes) -> bytes:
        head, tail = b"\x01\x64\x00\x1f\xff", b"\xfd\xf8\xf8\x00"
        sets = b"\xe1" + len(sps).to_bytes(2) + sps + b"\x01" + len(pps).to_bytes(2) + pps
        return head + sets + tail

    ours, theirs = AvcConfiguration.parse(record(b"S2", b"P2")), record(b"S1", b"P1")
    both = AvcConfiguration.parse(AvcConfiguration.parse(theirs).with_sets_of(ours))

    assert (both.sps, both.pps) == ((b"S1", b"S2"), (b"P1", b"P2"))
    assert both.tail == b"\xfd\xf8\xf8\x00"
    assert AvcConfiguration.parse(theirs).with_sets_of(AvcConfiguration.parse(theirs)) == theirs
