"""The BBC's files: fetched completely or not at all, verified by their digests, and reported when missing."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import httpx
import pytest

from tests import spec
from tests.fetch_spec import WrongArchiveError, fetch, unpack
from tests.official_contract import OfficialContract, official_contract

needs_spec = pytest.mark.skipif(bool(spec.missing()), reason="the BBC's files are not at hand")
FLOW_ID = "4f1b4bd0-2c6f-4a0f-8f06-0a3c6bd0f7a1"


def archive(folder: Path, left_out: str = "", changed: str = "") -> bytes:
    """As GitHub packs a tag, with files that we do not need."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name in [*spec.manifest(), "../../escape", "schemas/unknown.json"]:
            path = folder / name
            content = path.read_bytes() if path.is_file() else b"{}"
            info = tarfile.TarInfo(f"tams-8.2/api/{name}")
            content += b" " if name == changed else b""
            info.size = len(content)
            if name != left_out:
                tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@needs_spec
def test_what_is_fetched_is_what_the_manifest_lists(tmp_path: Path) -> None:
    packed, target = tmp_path / "8.2.tar.gz", tmp_path / "there" / "spec"
    packed.write_bytes(archive(spec.SPEC))
    target.mkdir(parents=True)
    (target / "old").touch()

    fetch(packed.as_uri(), target)

    assert spec.wrong_files(target) == []
    found = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert found == set(spec.manifest())
    assert list(target.parent.iterdir()) == [target]
    assert not (tmp_path / "escape").exists()


@needs_spec
@pytest.mark.parametrize("wrong", ["left_out", "changed"])
def test_an_archive_with_other_files_is_refused_and_leaves_nothing(
    tmp_path: Path, wrong: str
) -> None:
    packed = tmp_path / "8.2.tar.gz"
    packed.write_bytes(archive(spec.SPEC, **{wrong: "schemas/error.json"}))

    with pytest.raises(WrongArchiveError, match=r"1 files .* schemas/error\.json"):
        fetch(packed.as_uri(), tmp_path / "spec")

    assert list(tmp_path.iterdir()) == [packed]


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x1f\x8b\x08\x00"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WrongArchiveError, match=r"no \.tar\.gz|are missing"):
        unpack(content, tmp_path)


def test_where_nothing_can_be_fetched_it_says_what_else_there_is(tmp_path: Path) -> None:
    environment = {**os.environ, "TAMS_SPEC": str(tmp_path / "no"), "TAMS_SPEC_URL": "file:///no"}

    done = subprocess.run(
        [sys.executable, "-m", "tests.fetch_spec"],
        cwd=spec.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "set TAMS_SPEC=" in done.stderr
    assert "Traceback" not in done.stderr


def run_pytest(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "tests/unit/models/test_official_schemas.py"]
    return subprocess.run(
        command,
        cwd=spec.ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_without_the_files_says_so_and_where_it_counts_it_fails(tmp_path: Path) -> None:
    away = {"TAMS_SPEC": str(tmp_path / "nowhere")}

    here, counting = run_pytest({**away, "CI": ""}), run_pytest({**away, "CI": "true"})

    assert here.returncode == 0, here.stdout
    assert here.stdout.count("NOT HELD AGAINST THE SPECIFICATION") == 1
    assert "make spec" in here.stdout
    assert counting.returncode != 0
    assert "make spec" in counting.stdout + counting.stderr


def answer(method: str, path: str, status: int, body: object) -> httpx.Response:
    request = httpx.Request(method, f"http://tams{path}")
    return httpx.Response(status, json=body, request=request)


@needs_spec
@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, {"id": FLOW_ID}, "required"),
        (200, [], "object"),
        (404, {"type": 5, "summary": "x", "time": "2026-01-01T00:00:00Z"}, "not of type"),
        (418, {}, "not declared"),
        (500, {}, "→ 500"),
    ],
)
def test_an_answer_that_the_file_does_not_allow_is_found_out(
    status: int, body: object, fault: str
) -> None:
    judge = official_contract()
    assert isinstance(judge, OfficialContract)

    with pytest.raises(AssertionError, match=fault):
        judge.check(answer("GET", f"/flows/{FLOW_ID}", status, body))
    judge.check(answer("GET", "/flows", 200, []))
