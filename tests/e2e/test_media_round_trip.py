"""Real media is ingested, found by time, played back, and still there after a restart."""

import subprocess
import sys
from bisect import bisect_left, bisect_right
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.times import to_ns
from local.stack import Stack
from tests.cli.command import ingest, segments_of, tams
from tests.e2e.media import (
    BROADCAST,
    ODD,
    ffprobe,
    frame_count,
    frame_times,
    least_likeness,
    make_media,
    needs_ffmpeg,
)

pytestmark = [needs_ffmpeg, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def broadcast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_media(BROADCAST, tmp_path_factory.mktemp("media") / "broadcast.mp4")


def frames_of(listed: list[dict[str, Any]], target: Path) -> int:
    """Decoded frames of the Segments' media, one behind the other as they come from S3."""
    media = [httpx.get(each["get_urls"][0]["url"]) for each in listed]
    assert {response.status_code for response in media} == {200}
    target.write_bytes(b"".join(response.content for response in media))
    return frame_count(target)


def test_broadcast_media_goes_in_and_comes_out_whole(
    own_stack: Stack, broadcast: Path, tmp_path: Path
) -> None:
    outcome = ingest(own_stack, broadcast)
    video, multi = outcome["flow_ids"]["video"], outcome["multi_flow_id"]

    listed = segments_of(own_stack, video)
    assert [each["timerange"] for each in listed] == [
        f"[{start}:0_{start + 2}:0)" for start in range(0, 24, 2)
    ]
    assert frames_of(listed, tmp_path / "all.ts") == frame_count(broadcast) == 600
    window = segments_of(own_stack, video, timerange="[5:0_9:0)")
    assert [each["timerange"] for each in window] == ["[4:0_6:0)", "[6:0_8:0)", "[8:0_10:0)"]
    sound = segments_of(own_stack, outcome["flow_ids"]["audio"])
    ends = [each["timerange"].strip("[)").split("_") for each in sound]
    assert all(before[1] == after[0] for before, after in pairwise(ends))

    flow = httpx.get(f"{own_stack.api_url}/flows/{video}?include_timerange=true").json()
    assert flow["timerange"] == "[0:0_24:0)"
    assert flow["essence_parameters"]["frame_rate"] == {"numerator": 25, "denominator": 1}
    collected = httpx.get(f"{own_stack.api_url}/flows/{multi}").json()["flow_collection"]
    assert [each["role"] for each in collected] == ["video", "audio"]

    clip, whole = tmp_path / "clip.mp4", tmp_path / "whole.mp4"
    tams(own_stack, "export", multi, str(clip), "--timerange", "[5:0_15:0)")
    assert frame_count(clip) == 250
    assert least_likeness(broadcast, clip, from_frame=125, frames=250) > 35
    kinds = [each["codec_type"] for each in ffprobe(clip, "-show_streams")["streams"]]
    assert sorted(kinds) == ["audio", "video"]
    tams(own_stack, "export", multi, str(whole))
    assert least_likeness(broadcast, whole, from_frame=0, frames=600) == float("inf")

    own_stack.stop()
    own_stack.start()

    again = segments_of(own_stack, video)
    assert [each["object_id"] for each in again] == [each["object_id"] for each in listed]
    assert frames_of(again, tmp_path / "again.ts") == 600
    assert ingest(own_stack, broadcast)["was_complete"]


def test_uploads_that_register_themselves_make_the_same_timeline(
    own_stack: Stack, broadcast: Path, tmp_path: Path
) -> None:
    outcome = ingest(own_stack, broadcast, "--register-by-upload", "--start", "200:0")

    listed = segments_of(own_stack, outcome["flow_ids"]["video"])
    assert [each["timerange"] for each in listed] == [
        f"[{start}:0_{start + 2}:0)" for start in range(200, 224, 2)
    ]
    assert {each["key_frame_count"] for each in listed} == {1}
    assert frames_of(listed, tmp_path / "all.ts") == 600
    again = ingest(own_stack, broadcast, "--register-by-upload", "--start", "200:0")
    assert again["was_complete"]


def test_odd_rates_b_frames_and_a_start_that_is_not_zero_are_exact(
    own_stack: Stack, tmp_path: Path
) -> None:
    path = make_media(ODD, tmp_path / "odd.ts")
    outcome = ingest(own_stack, path, "--start", "100:0")
    video = outcome["flow_ids"]["video"]

    times = [Fraction(text) for text in frame_times(path)]
    starts = {100 * 10**9 + to_ns(time - times[0]) for time in times}
    listed = segments_of(own_stack, video)
    for each in listed:
        start, _ = each["timerange"].strip("[)").split("_")
        seconds, nanoseconds = start.split(":")
        start_ns = int(seconds) * 10**9 + int(nanoseconds)
        # ffprobe writes microseconds; the Flow keeps the exact time.
        assert min(abs(start_ns - known) for known in starts) <= 1000
    assert listed[0]["timerange"] == "[100:0_102:2000000)"
    assert frames_of(listed, tmp_path / "all.ts") == len(times) == frame_count(path)

    clip = tmp_path / "clip.mp4"
    tams(own_stack, "export", video, str(clip), "--timerange", "[103:0_108:0)")
    shown = bisect_right(times, times[0] + 3) - 1  # that frame is on show at 3 s
    frames = bisect_left(times, times[0] + 8) - shown
    assert frame_count(clip) == frames
    assert least_likeness(path, clip, from_frame=shown, frames=frames) > 30
    whole = tmp_path / "whole.mp4"
    tams(own_stack, "export", outcome["multi_flow_id"], str(whole))
    assert frame_count(whole) == len(times)


def test_an_ingest_that_was_interrupted_goes_on_where_it_was(own_stack: Stack, many: Path) -> None:
    arguments = ["--segment-seconds", "0.2", "--start", "5000:0", "--jobs", "1"]
    command = [sys.executable, "-m", "cli.main", "ingest", str(many), *arguments]
    with subprocess.Popen(
        [*command, "--url", own_stack.api_url], stdout=subprocess.DEVNULL
    ) as interrupted:
        while not _some_segments(own_stack, "[5000:0_6000:0)"):
            assert interrupted.poll() is None, "it finished before it could be interrupted"
        interrupted.kill()

    outcome = ingest(own_stack, many, *arguments)

    assert not outcome["was_complete"]
    assert outcome["skipped"] > 0
    listed = segments_of(own_stack, outcome["flow_ids"]["video"])
    assert len(listed) == 120
    assert len({each["object_id"] for each in listed}) == 120


def _some_segments(stack: Stack, timerange: str) -> bool:
    flows = httpx.get(f"{stack.api_url}/flows", params={"limit": 1000}).json()
    return any(
        segments_of(stack, flow["id"], timerange=timerange, accept_get_urls="")
        for flow in flows
        if flow.get("status") == "ingesting"
    )
