"""Parts of Objects are cut in a process of its own, and media of any kind does no more than fail there."""

from pathlib import Path

import pytest

from tams.media.faults import DAMAGED, NO_MEDIA, StillError
from tams.models.piece import PieceTask
from tams.models.rendering import Origin
from tams.runtime.pieces import piece_of
from tests.cli.made_media import make

SECOND = 1_000_000_000
PATIENT = 120.0


def task(until_ns: int = SECOND, muxer: str = "mpegts") -> PieceTask:
    return PieceTask("s", "f/n", (Origin("o"),), muxer, 0, until_ns, 0, 2 * SECOND)


def outcome(file: Path) -> str:
    try:
        return "a piece" if piece_of(file, task(), PATIENT).media else "nothing"
    except StillError as error:
        return error.kind


def test_damage_of_any_kind_gives_a_piece_or_says_that_there_is_none(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.ts", video="libx264").read_bytes()
    damaged = tmp_path / "damaged"

    for first in range(0, len(whole), len(whole) // 4):
        damaged.write_bytes(whole[:first] + b"\xff" * 900 + whole[first + 900 :])
        assert outcome(damaged) in {"a piece", DAMAGED, NO_MEDIA}


@pytest.mark.parametrize("content", [b"", b"this is not media", bytes(range(256)) * 500])
def test_what_is_no_media_is_damaged(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "object").write_bytes(content)

    assert outcome(tmp_path / "object") in {DAMAGED, NO_MEDIA}


def test_the_task_is_what_it_was_after_its_way_through_the_queue() -> None:
    assert PieceTask.from_json(task().to_json()) == task()
