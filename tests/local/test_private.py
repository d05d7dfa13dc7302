"""On a shared machine, other users can read neither the data nor a key in the list of processes."""

import os
import stat
from pathlib import Path

import httpx
import pytest

from local.errors import LocalStackError
from local.private import close_to_others
from local.stack import Stack
from tests.maker import Maker

from .conftest import TEMPLATE


def open_to_others(folder: Path) -> list[str]:
    """What others may reach in some way, by its mode."""
    return [
        f"{stat.filemode(path.lstat().st_mode)} {path}"
        for path in (folder, *folder.rglob("*"))
        if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]


def command_lines(groups: set[int]) -> dict[int, bytes]:
    """Of every process of these process groups."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(entry.name)) in groups:
                found[int(entry.name)] = (entry / "cmdline").read_bytes()
        except (ProcessLookupError, FileNotFoundError):
            continue  # it has ended in the meantime
    return found


@pytest.fixture
def used(stack: Stack) -> Stack:
    """With rows, media, an upload by clients, a restart of S3, and what background work wrote."""
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        make = Maker(api)
        flow = make.flow()
        make.segments(flow["id"], 3)
        (entry,) = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()[
            "media_objects"
        ]
        put = entry["put_url"]
        headers = {"Content-Type": put["content-type"]}
        assert httpx.put(put["url"], content=b"media", headers=headers).status_code == 200
    stack.restart("s3")
    return stack


def test_all_that_the_stack_keeps_is_its_owners_alone(used: Stack) -> None:
    kept = [path for path in used.data_dir.rglob("*") if path.is_file()]

    assert {path.relative_to(used.data_dir).parts[0] for path in kept} == {
        "credentials.json",
        "lock",
        "logs",
        "s3",
        "vast",
    }
    assert any(path.read_bytes() == b"media" for path in kept if "s3" in path.parts)
    assert open_to_others(used.data_dir) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux's /proc")
def test_no_key_stands_in_the_list_of_processes(stack: Stack) -> None:
    parts = {stack.pid(name) for name in stack.only}
    known = stack.config.credentials
    keys = [
        text.encode()
        for pair in (known.vast, known.s3, known.aws)
        for text in (pair.access_key, pair.secret_key)
    ]

    found = command_lines(parts)

    assert parts <= found.keys()
    for pid, line in found.items():
        assert not any(key in line for key in keys), (pid, line.split(b"\0")[:4])


def test_a_data_folder_from_before_that_is_open_is_closed_with_a_note(tmp_path: Path) -> None:
    data = tmp_path / "data"
    old = data / "s3/tams-media/media/old"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    stack = Stack(data, template=TEMPLATE, only=("s3",))

    with stack:
        assert (
            stack.note
            == f"{data} was readable by other users of this machine; its permissions have been corrected"
        )
        assert open_to_others(data) == []
    with stack:
        assert stack.note == ""


def test_a_folder_that_holds_other_things_stays_as_it_is(tmp_path: Path) -> None:
    """A home, or /tmp: what belongs to the stack is closed all the same."""
    theirs, ours = tmp_path / "theirs", tmp_path / "logs/gateway.log"
    theirs.write_text("x")
    ours.parent.mkdir()
    ours.write_text("x")
    (tmp_path / "s3").symlink_to(theirs)
    for path in (tmp_path, ours.parent):
        path.chmod(0o755)
    for path in (theirs, ours):
        path.chmod(0o644)

    assert close_to_others(tmp_path)
    assert not close_to_others(tmp_path)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {"theirs": 0o644, "logs": 0o700, "gateway.log": 0o600, "s3": 0o644}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_folder_of_another_user_is_told_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system refuses it to who is not root."""

    def refuse(path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)

    with pytest.raises(LocalStackError, match=f"{tmp_path} belongs to another user"):
        close_to_others(tmp_path)
