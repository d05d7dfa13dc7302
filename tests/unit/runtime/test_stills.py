"""Decoding in a process of its own: what that can do, and how it may end."""

import sys
from pathlib import Path

import pytest

from tams.media.faults import DAMAGED, NO_PICTURE, TOO_SLOW, StillError
from tams.models.rendering import Origin
from tams.models.thumbnail import ThumbnailTask
from tams.runtime.stills import still_of
from tests.cli.made_media import make

SECOND = 1_000_000_000
PATIENT = 120.0


def task(at_ns: int = 0) -> ThumbnailTask:
    return ThumbnailTask("s", "n", (Origin("o"),), at_ns, 0, 2 * SECOND, 320)


def program(path: Path, text: str) -> str:
    """In place of Python."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("h264.mp4", "libx264", "yuv420p"),
        ("ten.mp4", "libx265", "yuv420p10le"),
        ("vp9.webm", "libvpx-vp9", "yuv420p"),
        ("mpeg2.ts", "mpeg2video", "yuv422p"),
        ("prores.mov", "prores_ks", "yuv422p10le"),
    ],
)
def test_codecs_of_every_kind_are_decoded(
    name: str, codec: str, pix_fmt: str, tmp_path: Path
) -> None:
    made = make(tmp_path / name, video=codec, pix_fmt=pix_fmt)

    jpeg = still_of(made, task(SECOND), PATIENT)

    assert jpeg.startswith(b"\xff\xd8\xff")
    assert jpeg == still_of(made, task(SECOND), PATIENT), "the same bytes whenever it is made"
    assert jpeg != still_of(made, task(), PATIENT)


def test_sound_alone_has_no_picture(tmp_path: Path) -> None:
    made = make(tmp_path / "sound.mp4", audio="aac")

    with pytest.raises(StillError) as caught:
        still_of(made, task(), PATIENT)

    assert caught.value.kind == NO_PICTURE


def test_a_decoder_that_crashes_ends_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", "kill -SEGV $$"))

    with pytest.raises(StillError, match="cannot handle") as caught:
        still_of(tmp_path / "any", task(), PATIENT)

    assert caught.value.kind == DAMAGED


def test_a_decoder_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", "exec sleep 600"))

    with pytest.raises(StillError) as caught:
        still_of(tmp_path / "any", task(), 0.5)

    assert caught.value.kind == TOO_SLOW


def test_a_decoder_that_is_not_installed_is_no_fault_of_the_media(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = program(tmp_path / "python", "echo 'no module named av' >&2; exit 1")
    monkeypatch.setattr(sys, "executable", python)

    with pytest.raises(RuntimeError, match="no module named av"):
        still_of(tmp_path / "any", task(), PATIENT)


def test_it_does_not_know_the_keys_of_the_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("TAMS_STORAGE_BACKENDS", "secret")
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", "env"))

    assert b"secret" not in still_of(tmp_path / "any", task(), PATIENT)


def test_damage_of_any_kind_gives_a_picture_or_says_that_there_is_none(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.ts", video="libx264").read_bytes()
    damaged = tmp_path / "damaged"

    for first in range(0, len(whole), len(whole) // 7):
        damaged.write_bytes(whole[:first] + b"\xff" * 900 + whole[first + 900 :])
        assert outcome(damaged) in {"a picture", DAMAGED}


def outcome(file: Path) -> str:
    try:
        is_jpeg = still_of(file, task(SECOND), PATIENT).startswith(b"\xff\xd8\xff")
    except StillError as error:
        return error.kind
    return "a picture" if is_jpeg else "something else"


@pytest.mark.parametrize("name", ["none.mp4", "none.ts", "none.webm"])
def test_a_file_without_bytes_is_damaged(name: str, tmp_path: Path) -> None:
    """MP4 makes FFmpeg seek to where no file can."""
    (tmp_path / name).touch()

    assert outcome(tmp_path / name) == DAMAGED
