"""Mutated files of ten kinds: each is read, in part or whole, or refused in a line, without a crash."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.cli import made_media
from tests.cli.made_media import make
from tests.long_form import SOAK

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("mp4", {"video": "libx264", "audio": "aac"}),
    ("ts", {"video": "mpeg2video", "audio": "mp2"}),
    ("mkv", {"video": "libx264", "audio": "flac"}),
    ("webm", {"video": "libvpx", "audio": "libopus"}),
    ("mov", {"video": "mjpeg", "audio": "pcm_s24le", "pix_fmt": "yuvj420p"}),
    ("avi", {"video": "mpeg4", "audio": "libmp3lame"}),
    ("flv", {"video": "libx264", "audio": "aac"}),
    ("wav", {"audio": "pcm_s16le"}),
    ("ogg", {"audio": "vorbis"}),
    ("mp3", {"audio": "libmp3lame"}),
]
EACH = 500 if SOAK else 20
SEED = 16


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Bits flipped, a part zeroed, removed, repeated or put elsewhere, or the end cut off; often several."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        head = chance.random() < 0.5  # headers are where most can go wrong
        limit = min(len(data), 1_024) if head else len(data)
        at = chance.randrange(max(1, limit))
        length = min(chance.choice((1, 4, 16, 188, 1_000)), len(data) - at)
        match chance.randrange(7):
            case 0:
                for _ in range(chance.choice((1, 8, 64))):
                    data[chance.randrange(limit)] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + length] = bytes(length)
            case 2:
                data[at : at + length] = b"\xff" * length
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length]
            case 5:
                piece = bytes(data[at : at + length])
                to = chance.randrange(len(data))
                data[to : to + length] = piece
            case _:
                del data[max(1, chance.randrange(len(data))) :]
        if not data:
            return content[:1]
    return bytes(data)


def mutants(folder: Path) -> Iterator[Path]:
    """The same files whenever the encoders make the same media."""
    for suffix, how in KINDS:
        same = {"fflags": "+bitexact"}
        whole = make(folder / f"whole.{suffix}", seconds=1, container_options=same, **how)
        content = whole.read_bytes()
        for number in range(EACH):
            path = folder / f"{suffix}-{number}.{suffix}"
            path.write_bytes(mutated(content, random.Random(f"{SEED} {suffix} {number}")))
            yield path
        yield whole


def child() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cli.reading_files"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def verdicts(paths: Iterator[Path]) -> Iterator[tuple[Path, str, str]]:
    """A child reads many files; where one ends it, another goes on."""
    reader = child()
    try:
        for path in paths:
            assert reader.stdin is not None
            assert reader.stdout is not None
            reader.stdin.write(f"{path}\n")
            reader.stdin.flush()
            if line := reader.stdout.readline():
                kind, words = json.loads(line)
                yield path, kind, words
            else:
                with reader:
                    reader.stdin.close()
                yield path, "crash", f"exit code {reader.returncode}"
                reader = child()
    finally:
        with reader:
            assert reader.stdin is not None
            reader.stdin.close()


@pytest.mark.timeout(3_600)
def test_no_mutated_file_crashes_the_reading_or_makes_it_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_media, "uuid4", lambda: UUID(int=SEED))
    counted: Counter[str] = Counter()
    wrong = []
    for path, kind, words in verdicts(mutants(tmp_path)):
        counted[kind] += 1
        if path.stem == "whole":
            assert kind == "whole", f"{path.name}: {words}"
        if kind in {"bug", "crash"}:
            wrong.append(f"{path.name}: {kind}: {words}")
        else:
            path.unlink()
    assert not wrong, "\n".join(wrong)
    assert counted.total() == len(KINDS) * (EACH + 1)
    assert min(counted[each] for each in ("whole", "part", "refused")) > len(KINDS)
