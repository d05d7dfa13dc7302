"""Damaged files and files without media: ingested as far as readable, or rejected before anything is made."""

import os
import random
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import httpx
import pytest

from cli import ingest as ingest_module
from cli.damage import Damage, broken_promise
from cli.errors import CommandError
from cli.plan import plan
from cli.probe import probe
from cli.segmenting import segments
from local.stack import Stack
from tests.cli.command import flow, ingest, objects, tams
from tests.cli.made_media import make
from tests.cli.test_codecs import decoded
from tests.e2e.media import make_media, needs_ffmpeg

SECONDS = 4


def whole(folder: Path) -> Path:
    """4 s with the index in front, so that it opens when its end is missing."""
    return make(
        folder / "whole.mp4",
        video="libx264",
        audio="aac",
        seconds=SECONDS,
        container_options={"movflags": "faststart"},
    )


def cut_off(path: Path, kept: float = 0.6) -> Path:
    content = path.read_bytes()
    target = path.with_name(f"cut_off_{path.name}")
    target.write_bytes(content[: int(len(content) * kept)])
    return target


def with_garbage(path: Path) -> Path:
    """A tenth of the file, from its middle on, is noise."""
    content = bytearray(path.read_bytes())
    start, length = len(content) // 2, len(content) // 10
    content[start : start + length] = random.Random(7).randbytes(length)
    target = path.with_name(f"garbage_{path.name}")
    target.write_bytes(content)
    return target


def read(path: Path) -> tuple[int, list[str | None]]:
    """Frames of picture that come back, and what is said of each track."""
    tracks = probe(path)
    planned = plan(path, tracks, Fraction(1))
    damages, frames = [], 0
    for track in tracks:
        damages.append(Damage())
        for cut in segments(path, track, planned, 0, damages[-1]):
            frames += (
                decoded((cut.init or b"") + cut.media, "video") if track.kind == "video" else 0
            )
    broken_promise(damages, planned.promised_end)
    return frames, [damage.words(planned.origin) for damage in damages]


@pytest.mark.parametrize(
    ("suffix", "video", "audio"),
    [("mp4", "libx264", "aac"), ("mkv", "libx264", "flac"), ("webm", "libvpx", "libopus")],
)
def test_what_reads_of_a_file_that_is_cut_off_comes_back(
    tmp_path: Path, suffix: str, video: str, audio: str
) -> None:
    options = {"movflags": "faststart"} if suffix == "mp4" else None
    path = make(
        tmp_path / f"in.{suffix}",
        video=video,
        audio=audio,
        seconds=SECONDS,
        container_options=options,
    )

    frames, said = read(cut_off(path))

    assert 40 <= frames < 80
    assert all(words is not None and "the file is cut off" in words for words in said)
    assert read(path) == (100, [None, None])


@pytest.mark.parametrize(
    ("suffix", "video"), [("mp4", "libx264"), ("mp4", "libsvtav1"), ("ts", "libx264")]
)
def test_garbage_in_the_middle_costs_only_what_it_covers(
    tmp_path: Path, suffix: str, video: str
) -> None:
    path = make(tmp_path / f"in.{suffix}", video=video, seconds=SECONDS)

    frames, said = read(with_garbage(path))

    assert 75 <= frames < 101
    assert suffix == "ts" or "unreadable packets skipped" in str(said)


@needs_ffmpeg
def test_packets_without_a_time_are_told(tmp_path: Path) -> None:
    """Matroska's demuxer gives none to what is shown before 0."""
    path = make_media(
        [
            *("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-t", "2", "-c:v", "libx264"),
            *("-g", "10", "-bf", "0", "-output_ts_offset", "-1", "-avoid_negative_ts", "disabled"),
        ],
        tmp_path / "early.mkv",
    )

    frames, said = read(path)

    assert frames < 50
    assert said == ["25 packets without a timestamp skipped"]


def test_damage_is_told_in_a_sentence() -> None:
    one = Damage(ended_by="the file is cut off", last_read=Fraction(634, 100))
    one.leave_out(1, Fraction(602, 100))
    many = Damage(ended_by="Input/output error", last_read=Fraction(7))
    many.leave_out(2, Fraction(1))

    assert one.words(Fraction(0)) == (
        "1 unreadable packet skipped after 6.02 s; the file is cut off at 6.34 s"
    )
    assert many.words(Fraction(1)) == (
        "2 unreadable packets skipped after 0.00 s; Input/output error after 6.00 s"
    )


def test_a_damaged_file_is_stored_as_far_as_it_reads_and_says_so(
    stack: Stack, tmp_path: Path
) -> None:
    path = cut_off(whole(tmp_path))

    text = tams(stack, "ingest", str(path), "--segment-seconds", "1", code=3)
    assert text.count("warning:") == 2
    assert "cut_off_whole.mp4 is damaged: video: " in text
    assert "the file is cut off" in text

    again = ingest(stack, path, "--segment-seconds", "1", code=3)
    assert again["was_complete"]
    assert "the file is cut off" in again["damage"][0]
    multi = flow(stack, again["multi_flow_id"])
    assert multi["status"] == "closed_complete"
    assert "the file is cut off" in multi["tags"]["ingest_damage"]
    picture = flow(stack, again["flow_ids"]["video"])
    assert picture["status"] == "closed_complete"
    media = objects(stack, picture["id"])
    assert sum(decoded(each, "video") for each in media) == read(path)[0]
    clip = tmp_path / "clip.mp4"
    tams(stack, "export", multi["id"], str(clip), "--timerange", "[0:500000000_2:0)")
    assert decoded(clip, "video") > 30


def nothing(folder: Path) -> Path:
    return folder / "nothing.mp4"


def empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text_file(folder: Path) -> Path:
    (folder / "notes.mp4").write_text("no media at all\n" * 1_000)
    return folder / "notes.mp4"


def noise(folder: Path) -> Path:
    (folder / "noise.mp4").write_bytes(random.Random(1).randbytes(100_000))
    return folder / "noise.mp4"


def without_index(folder: Path) -> Path:
    return cut_off(make(folder / "in.mp4", video="libx264"))


def directory(folder: Path) -> Path:
    return folder


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.ts")
    return folder / "pipe.ts"


def picture(folder: Path) -> Path:
    return make(folder / "still.png", video="png", pix_fmt="rgb24", seconds=1 / 25)


def picture_in_mp4(folder: Path) -> Path:
    """What an AVIF file is: its brand makes the difference."""
    path = make(folder / "still.mp4", video="libsvtav1", seconds=1 / 25)
    path.write_bytes(path.read_bytes().replace(b"ftypisom", b"ftypavif"))
    return path


def subtitles(folder: Path) -> Path:
    (folder / "words.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nwords\n\n")
    return folder / "words.srt"


def only_a_header(folder: Path) -> Path:
    with wave.open(str(folder / "in.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", "not compressed"))
    return folder / "in.wav"


def no_decoder_name(folder: Path) -> Path:
    return make(folder / "in.asf", audio="wmav2")


REFUSED: list[tuple[Callable[[Path], Path], str]] = [
    (nothing, "does not exist"),
    (empty, "is empty"),
    (text_file, "cannot be read as media"),
    (noise, "cannot be read as media"),
    (without_index, "cannot be read as media"),
    (directory, "has no files"),
    (pipe, "is not a file"),
    (picture, "is a still picture"),
    (picture_in_mp4, "is a still picture"),
    (subtitles, "contains neither picture nor sound"),
    (only_a_header, "contains no packets"),
    (no_decoder_name, "coded as wmav2"),
]


@pytest.mark.parametrize(("kind", "words"), REFUSED)
def test_what_is_no_media_is_refused_in_one_line_before_a_server_is_asked(
    tmp_path: Path, kind: Callable[[Path], Path], words: str
) -> None:
    path = kind(tmp_path)

    class Nowhere:
        api_url = "http://127.0.0.1:1"

    text = tams(Nowhere(), "ingest", str(path), code=1)  # type: ignore[arg-type]

    assert words in text
    assert str(path) in text
    assert "Errno" not in text
    assert text.strip().count("\n") == 0


@pytest.mark.usefixtures("forked")
def test_a_file_that_changes_while_it_is_ingested_leaves_nothing(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = whole(tmp_path)
    told = ingest_module.Ingest._put_flows

    def put_and_change(self: ingest_module.Ingest, *arguments: object, **fields: object) -> None:
        told(self, *arguments, **fields)  # type: ignore[arg-type]
        os.utime(path, ns=(1, 1))

    monkeypatch.setattr(ingest_module.Ingest, "_put_flows", put_and_change)

    text = tams(stack, "ingest", str(path), "--label", "changing", code=1)

    assert "changed while it was being ingested; nothing of it remains in the store" in text
    known = httpx.get(f"{stack.api_url}/flows", params={"label": "changing", "limit": 1000})
    assert known.json() == []


def _refused(*_: object) -> None:
    raise CommandError("PUT /media was refused with 403: AccessDenied")


@pytest.mark.usefixtures("forked")
def test_an_ingest_that_fails_half_way_says_how_to_go_on(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = whole(tmp_path)
    monkeypatch.setattr("cli.client.Client.upload", _refused)
    text = tams(stack, "ingest", str(path), code=1)
    assert "Run the same command again to resume" in text
    monkeypatch.undo()

    outcome = ingest(stack, path)

    assert outcome["registered"] > 0
    assert flow(stack, outcome["multi_flow_id"])["status"] == "closed_complete"


@pytest.mark.parametrize("tag", [b"\x08", b"\x12"])
def test_damage_that_looks_like_another_stream_does_not_end_the_reading(
    tmp_path: Path, tag: bytes
) -> None:
    """Any packet of FLV may begin a stream: zeros in the middle, and noise at the end, often do."""
    path = make(tmp_path / "in.flv", video="libx264", audio="aac", seconds=SECONDS)
    content = bytearray(path.read_bytes())
    middle, length = len(content) // 2, len(content) // 10
    content[middle : middle + length] = bytes(length)
    noise = random.Random(1).randbytes(100_000)
    path.write_bytes(bytes(content) + b"".join(tag + noise[at : at + 40] for at in range(2_000)))

    for track in probe(path):
        planned = plan(path, [track], Fraction(1))
        cuts = list(segments(path, track, planned, 0, Damage()))
        assert len(cuts) > 2
