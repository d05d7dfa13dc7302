"""When two files count as the same: by their whole content, under any name."""

import os
import wave
from io import BytesIO
from pathlib import Path

import av
import pytest

from cli import digests
from cli.digests import content_digest
from cli.errors import CommandError
from local.stack import Stack
from tests.cli.command import flow, ingest, objects, tams

SECONDS, RATE = 30, 48_000
NEW = os.urandom(15)
"""Makes the recordings of each run new to a store that is older than the run."""


class Reads:
    """How many bytes were read, as reported to the command's progress bar."""

    def __init__(self) -> None:
        self.read = 0

    def stage(self, words: str) -> None: ...

    def begin(self, total: int) -> None: ...

    def advance(self, by: int) -> None:
        self.read += by


def recording(path: Path, middle: bytes) -> Path:
    """30 s of silence with a second of sound in the middle, more than 1 MiB from both ends."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        silence = bytes(2 * RATE * (SECONDS // 2))
        sound = (middle * (RATE // 8))[: 2 * RATE]
        file.writeframes(silence + sound + silence[: -len(sound)])
    return path


def samples(stack: Stack, flow_id: str) -> bytes:
    """All samples of a Flow of 16-bit PCM."""
    whole = b""
    for media in objects(stack, flow_id):
        with av.open(BytesIO(media), "r") as container:
            whole += b"".join(bytes(packet) for packet in container.demux() if packet.size)
    return whole


def test_recordings_alike_at_both_ends_become_two_flows(stack: Stack, tmp_path: Path) -> None:
    one = recording(tmp_path / "one.wav", b"\x01" + NEW)
    other = recording(tmp_path / "other.wav", b"\x02" + NEW)
    assert one.stat().st_size == other.stat().st_size

    first, second = ingest(stack, one), ingest(stack, other)

    assert not second["was_complete"]
    assert first["multi_flow_id"] != second["multi_flow_id"]
    for path, outcome in [(one, first), (other, second)]:
        assert samples(stack, outcome["flow_ids"]["audio"]) == path.read_bytes()[44:]
        assert flow(stack, outcome["multi_flow_id"])["label"] == path.name


def test_another_name_of_the_same_content_is_named_and_goes_in_with_again(
    stack: Stack, tmp_path: Path
) -> None:
    first = recording(tmp_path / "first.wav", b"\x03" + NEW)
    second = recording(tmp_path / "second.wav", b"\x03" + NEW)
    known = ingest(stack, first)

    text = tams(stack, "ingest", str(second))
    assert "the same content is already in the store, complete, as 'first.wav'" in text
    assert "--again" in text

    again = ingest(stack, second, "--again")
    assert not again["was_complete"]
    assert again["multi_flow_id"] != known["multi_flow_id"]
    assert flow(stack, again["multi_flow_id"])["label"] == "second.wav"
    assert flow(stack, known["multi_flow_id"])["label"] == "first.wav"
    third = ingest(stack, second, "--again")
    assert third["multi_flow_id"] not in {known["multi_flow_id"], again["multi_flow_id"]}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, for which a file that was written just now counts as one that rests."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setattr(digests, "SETTLED_NS", 0)
    return folder


def test_a_track_whose_flow_was_deleted_is_ingested_again(stack: Stack, tmp_path: Path) -> None:
    path = recording(tmp_path / "once.wav", b"\x05" + NEW)
    first = ingest(stack, path)
    flow_id = first["flow_ids"]["audio"]
    tams(stack, "rm", "flow", flow_id, "--yes")

    again = ingest(stack, path)

    assert again["registered"] == first["registered"] > 0
    assert again["flow_ids"] == first["flow_ids"]
    assert flow(stack, flow_id)["status"] == "closed_complete"
    assert [each["id"] for each in flow(stack, again["multi_flow_id"])["flow_collection"]] == [
        flow_id
    ]
    assert ingest(stack, path)["was_complete"]


@pytest.mark.usefixtures("cache")
def test_a_file_that_does_not_change_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a" * 9_000_000)
    first, second = Reads(), Reads()

    assert content_digest(path, first) == content_digest(path, second)
    assert (first.read, second.read) == (9_000_000, 0)


@pytest.mark.usefixtures("cache")
def test_a_change_that_hides_itself_is_a_new_digest(tmp_path: Path) -> None:
    """Same name, size, inode and time of modification."""
    path = tmp_path / "a"
    path.write_bytes(b"a" * 3_000_000)
    before, times = content_digest(path, Reads()), path.stat()

    with path.open("r+b") as file:
        file.seek(1_500_000)
        file.write(b"b")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert path.stat().st_mtime_ns == times.st_mtime_ns
    assert content_digest(path, Reads()) != before


@pytest.mark.usefixtures("cache")
def test_the_digest_of_a_file_that_changed_just_now_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "SETTLED_NS", 10**15)
    path = tmp_path / "a"
    path.write_bytes(b"a" * 1_000)
    again = Reads()

    content_digest(path, Reads())
    content_digest(path, again)

    assert again.read == 1_000


@pytest.mark.parametrize("broken", ["not json", '{"state": []}', "[]", '"text"'])
def test_a_broken_or_unusable_cache_costs_only_time(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a" * 1_000)
    known = content_digest(path, Reads())
    (entry,) = cache.rglob("*.json")
    entry.write_text(broken)

    assert content_digest(path, Reads()) == known
    monkeypatch.setenv("XDG_CACHE_HOME", str(path))
    assert content_digest(path, Reads()) == known


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a" * 1_000)

    class Growing(Reads):
        def advance(self, by: int) -> None:
            super().advance(by)
            if self.read < 5_000:
                with path.open("ab") as file:
                    file.write(b"b" * 1_000)

    with pytest.raises(CommandError, match="changed while it was being read"):
        content_digest(path, Growing())
