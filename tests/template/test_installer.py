"""`make setup` shows its progress, and pip's message if it fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT_INDEX = {**os.environ, "PIP_NO_INDEX": "1"}


def command(requirements: Path) -> list[str]:
    return [sys.executable, str(ROOT / ".ci/install.py"), str(requirements)]


@pytest.fixture
def missing(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("no-such-package==1.0\n")
    return path


def test_it_counts_the_packages() -> None:
    """Those that this environment has already, so that nothing is installed."""
    done = subprocess.run(
        command(ROOT / "requirements/local.txt"),
        env=WITHOUT_INDEX,
        capture_output=True,
        text=True,
        check=True,
    )

    first, *counts = done.stdout.splitlines()
    assert first.startswith("installing ")
    total = int(first.split()[1])
    assert counts[:2] == [f"  20 of {total} found", f"  40 of {total} found"]


def test_uv_needs_no_counting() -> None:
    """All is there already, so nothing is asked of the network."""
    env = {name: value for name, value in os.environ.items() if name != "PIP_NO_INDEX"}
    done = subprocess.run(
        command(ROOT / "requirements/local.txt"),
        env={**env, "UV_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    (line,) = done.stdout.splitlines()
    assert line.startswith("installing ")


def test_it_shows_what_pip_said_when_it_failed(missing: Path) -> None:
    done = subprocess.run(
        command(missing), env=WITHOUT_INDEX, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "No matching distribution found for no-such-package==1.0" in done.stdout


def test_a_terminal_has_one_line_that_counts() -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        command(ROOT / "requirements/local.txt"), env=WITHOUT_INDEX, stdout=theirs
    ) as running:
        os.close(theirs)
        shown = b""
        while b"found\x1b[K\r\n" not in shown:
            more = os.read(ours, 10_000)
            assert more, shown
            shown += more
        assert running.wait() == 0
    os.close(ours)
    assert b"\r  1 of " in shown
    assert shown.count(b"\n") == 2
