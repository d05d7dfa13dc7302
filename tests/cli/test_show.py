"""`tams show`, `ls` with durations and filters, short ids, `demo`, and gaps in exports."""

import json
import re
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from cli.looking import TrackSeen
from cli.showing import drawn
from local.stack import Stack
from tams.timing import TimeRange
from tams.timing.coverage import union
from tests.cli.command import ingest, segments_of, tams
from tests.cli.made_media import make


@pytest.fixture(scope="module")
def holed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """10 s of picture and sound; the picture lacks what lies entirely within [4:0_6:0), its `gap`."""
    path = make(
        tmp_path_factory.mktemp("show") / "holed.mp4", video="libx264", audio="aac", seconds=10
    )
    outcome = ingest(stack, path, "--segment-seconds", "0.4")
    video = outcome["flow_ids"]["video"]
    whole = segments_of(stack, video)
    tams(stack, "rm", "segments", video, "--timerange", "[4:0_6:0)", "--yes")
    left = {each["timerange"] for each in segments_of(stack, video)}
    lost = [each["timerange"] for each in whole if each["timerange"] not in left]
    # Where encoders put key frames is their own business.
    outcome["gap"] = f"{lost[0].partition('_')[0]}_{lost[-1].partition('_')[2]}"
    return outcome


def test_show_draws_the_timeline_and_names_the_gaps(stack: Stack, holed: dict[str, Any]) -> None:
    multi, video = holed["multi_flow_id"], holed["flow_ids"]["video"]

    text = tams(stack, "show", multi[:13])
    found = json.loads(tams(stack, "show", multi, "--json"))
    closer = tams(stack, "show", video, "--timerange", "[0:0_2:0)")

    assert text.startswith(f"multi Flow {multi[:8]} 'holed.mp4'\n")
    assert "stored in   local" in text
    assert f"video has no media in {holed['gap']} (0:00:0" in text
    assert re.search("█{20,28}[^█·]?·{6,12}[^█·]?█{20,28}", text)
    tracks = {each["role"]: each for each in found["tracks"]}
    assert found["timerange"] == "[0:0_10:0)"
    assert tracks["video"]["gaps"] == [holed["gap"]]
    assert tracks["audio"]["gaps"] == []
    assert tracks["video"]["segments"] == len(segments_of(stack, video))
    assert "no media" not in closer


def test_show_tells_sources_objects_and_what_is_not_there(
    stack: Stack, holed: dict[str, Any]
) -> None:
    video = holed["flow_ids"]["video"]
    source = json.loads(tams(stack, "show", video, "--json"))["flow"]["source_id"]
    media_object = segments_of(stack, video)[0]["object_id"]

    assert video in tams(stack, "show", source)
    assert video in tams(stack, "show", media_object)
    assert "there is no Flow, Source or Object" in tams(stack, "show", "no-such-thing", code=1)


def test_ls_says_durations_and_finds_by_label_tag_and_text(
    stack: Stack, holed: dict[str, Any]
) -> None:
    multi = holed["multi_flow_id"]

    by_label = tams(stack, "ls", "--label", "holed.mp4").splitlines()
    assert len(by_label) == 2
    assert multi in by_label[1]
    assert "0:00:10" in by_label[1]
    assert "[0:0_10:0)" in by_label[1]
    assert len(tams(stack, "ls", "--search", "HOLED").splitlines()) == 4
    assert len(tams(stack, "ls", "sources", "--search", "holed").splitlines()) == 4
    assert tams(stack, "ls", "--label", "holed.mp4", "--tag", "nothing=1").strip() == "no flows"
    assert "no flows" in tams(stack, "ls", "--label", "holed.mp4", "--tag", "nothing")


def test_a_short_id_stands_for_the_whole_if_only_one_begins_so(
    stack: Stack, holed: dict[str, Any], tmp_path: Path
) -> None:
    video = holed["flow_ids"]["video"]
    target = tmp_path / "short.mp4"

    assert tams(stack, "ls", "segments", video[:13].upper()) == tams(stack, "ls", "segments", video)
    tams(stack, "export", video[:13], str(target), "--timerange", "[0:0_2:0)")
    assert target.exists()
    assert video in tams(stack, "play", video[:13])
    assert "no Flow or Source has an id that begins with 00000000-1111" in tams(
        stack, "show", "00000000-1111", code=1
    )


def test_a_short_id_of_several_lists_them(stack: Stack) -> None:
    ids = [f"abcd0000-0000-4000-8000-00000000000{number}" for number in range(2)]
    for each in ids:
        body = {"id": each, "source_id": each, "format": "urn:x-nmos:format:multi"}
        stack_put(stack, each, body)

    text = " ".join(tams(stack, "ls", "segments", "abcd0000", code=1).split())

    assert "abcd0000 is not unique" in text
    assert all(each in text for each in ids)


def stack_put(stack: Stack, flow_id: str, body: dict[str, Any]) -> None:
    httpx.put(f"{stack.api_url}/flows/{flow_id}", json=body).raise_for_status()


@pytest.mark.parametrize(
    ("gap", "is_filled", "is_cut"),
    [("black", True, False), ("skip", False, True), ("keep", False, False)],
)
def test_a_gap_is_an_error_unless_an_export_is_told_what_to_do(
    stack: Stack,
    holed: dict[str, Any],
    tmp_path: Path,
    gap: str,
    is_filled: bool,
    is_cut: bool,
) -> None:
    lost = TimeRange.parse(holed["gap"])
    assert lost.start_ns is not None
    assert lost.end_ns is not None
    lost_seconds = (lost.end_ns - lost.start_ns) / 1_000_000_000
    lost_frames = round(lost_seconds * 25)
    target = tmp_path / f"{gap}.mp4"
    multi = holed["multi_flow_id"]

    refused = tams(stack, "export", multi, str(target), code=1)
    tams(stack, "export", multi, str(target), "--gap", gap)

    assert f"there is no media in {holed['gap']} (0:00:0" in refused
    assert "--gap black" in refused
    with av.open(str(target)) as container:
        means = [each.to_ndarray(format="gray").mean() for each in container.decode(video=0)]
    with av.open(str(target)) as container:
        samples = sum(each.samples for each in container.decode(audio=0))
    assert len(means) == (250 if is_filled else 250 - lost_frames)
    assert sum(each < 1 for each in means) == (lost_frames if is_filled else 0)
    assert samples / 48_000 == pytest.approx(10 - lost_seconds if is_cut else 10, abs=0.05)


def test_demo_needs_no_file_and_says_what_to_do_next(stack: Stack, tmp_path: Path) -> None:
    saved = tmp_path / "demo.mp4"

    text = tams(stack, "demo", "--seconds", "3", "--save", str(saved))
    again = json.loads(tams(stack, "demo", "--seconds", "3", "--json"))

    assert again["was_complete"]
    assert list(again["flow_ids"]) == ["video", "audio", "audio 2"]
    for command in ("show", "play", "export"):
        assert f"tams {command} {again['multi_flow_id'][:8]}" in text
    with av.open(str(saved)) as container:
        assert len(list(container.decode(video=0))) == 75


@pytest.mark.parametrize(
    ("covered", "whole", "picture"),
    [
        (["[0:0_10:0)"], True, "██████████"),
        (["[0:0_2:0)", "[5:500000000_10:0)"], True, "██···▒████"),
        (["[0:0_2:500000000)"], False, "██▒???????"),
    ],
)
def test_a_drawing_has_a_character_for_each_part(
    covered: list[str], whole: bool, picture: str
) -> None:
    ranges = union(map(TimeRange.parse, covered))
    track = TrackSeen({}, "", TimeRange.parse("[0:0_10:0)"), ranges, 1, whole, ())

    assert drawn(track, TimeRange.parse("[0:0_10:0)"), 10) == picture
