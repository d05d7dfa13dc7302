"""The stack as a whole: kill, restart, stop, reject; and `python -m local` as a user runs it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local.errors import AlreadyRunningError, PartDiedError, PortTakenError
from local.ports import Ports
from local.stack import Stack
from tests.waiting import PATIENCE_SECONDS, until

from .conftest import TEMPLATE

READY_SECONDS = 120


def processes_of(data_dir: Path) -> list[int]:
    """Every process whose command names `data_dir`."""
    found = subprocess.run(
        ["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=1) for line in found.stdout.splitlines()]
    return [int(row[0]) for row in rows if len(row) > 1 and str(data_dir) in row[1]]


def group_is_gone(group: int) -> bool:
    """None of its processes runs; zombies do not count."""
    found = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in found.stdout.splitlines()]
    return not any(int(row[0]) == group and not row[1].startswith("Z") for row in rows)


def wait_until_gone(groups: list[int]) -> None:
    until(lambda: all(group_is_gone(group) for group in groups))


def check_for(stack: Stack, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stack.check()
        time.sleep(0.02)


@pytest.mark.parametrize("part", ["gateway", "queue", "s3", "poller"])
def test_a_part_can_be_killed_and_restarted_at_the_same_place(
    small_stack: Stack, part: str
) -> None:
    before, config = small_stack.pid(part), small_stack.config

    small_stack.kill(part)
    small_stack.check()
    wait_until_gone([before])
    small_stack.restart(part)

    assert small_stack.config == config
    assert httpx.get(f"{small_stack.api_url}/echo/x").status_code == 200
    small_stack.check()


def test_a_part_that_dies_is_noticed_with_its_last_words(small_stack: Stack) -> None:
    os.kill(small_stack.pid("queue"), signal.SIGKILL)

    with pytest.raises(PartDiedError, match=r"queue ended \(signal SIGKILL\); its log is"):
        check_for(small_stack, PATIENCE_SECONDS)
    small_stack.restart("queue")


def test_a_second_stack_on_the_same_data_is_refused(small_stack: Stack) -> None:
    second = Stack(small_stack.data_dir, template=TEMPLATE, only=())

    with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
        second.start()


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = Stack(tmp_path, template=TEMPLATE, ports=Ports(0, 0, port, 0))

        by = rf"process {os.getpid()} \(this one\): .+"
        with pytest.raises(PortTakenError, match=f"port {port} is taken by {by}: set TAMS_S3_PORT"):
            stack.start()

    assert not (tmp_path / "logs").exists()


def test_keys_and_media_survive_a_restart_of_all(tmp_path: Path) -> None:
    stack = Stack(tmp_path, template=TEMPLATE, only=("s3",))

    with stack:
        first = stack.config.credentials
        (stack.config.media_dir / "tams-media" / "kept").write_text("x")
    with stack:
        assert stack.config.credentials == first
        assert (stack.config.media_dir / "tams-media" / "kept").exists()
    mode = (tmp_path / "credentials.json").stat().st_mode
    assert mode & 0o777 == 0o600


@dataclass
class Run:
    process: subprocess.Popen[str]
    api_url: str
    data_dir: Path
    said: str
    """What it printed until it was ready."""

    def groups(self) -> list[int]:
        found = ["ps", "-o", "pid=", "--ppid", str(self.process.pid)]
        listed = subprocess.run(found, capture_output=True, text=True, check=True)
        return [int(pid) for pid in listed.stdout.split()]


def test_on_another_address_it_is_found_on_loopback_too(tmp_path: Path) -> None:
    """Where its own parts look for it."""
    with Stack(tmp_path, template=TEMPLATE, host="127.0.0.2", provision=False) as stack:
        ports = stack.config.ports
        assert stack.api_url.startswith("http://127.0.0.2:")
        for host in ("127.0.0.1", "127.0.0.2"):
            assert httpx.get(f"http://{host}:{ports.api}/nowhere").status_code == 404
            assert httpx.get(f"http://{host}:{ports.s3}/").status_code in (400, 403)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """`python -m local` on free ports, with the project's own functions."""
    with run_on(tmp_path) as running:
        yield running


@contextlib.contextmanager
def run_on(data_dir: Path, **more: str) -> Iterator[Run]:
    free = dict.fromkeys(("PORT", "TAMS_VAST_PORT", "TAMS_S3_PORT", "TAMS_QUEUE_PORT"), "0")
    process = subprocess.Popen(
        [sys.executable, "-m", "local"],
        env={**os.environ, **free, "TAMS_DATA_DIR": str(data_dir), "TAMS_WORKERS": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = ""
        while "Ctrl-C to stop" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        url = next(line.split()[1] for line in said.splitlines() if line.startswith("  API"))
        yield Run(process, url, data_dir, said)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_killed_it_leaves_nothing_behind_and_ends_everything_when_asked_to(run: Run) -> None:
    groups = run.groups()
    assert len(groups) == 5, "five parts"

    run.process.kill()

    wait_until_gone(groups)
    with run_on(run.data_dir, TAMS_WORKRES="1") as again:
        assert "TAMS_WORKRES (did you mean TAMS_WORKERS?)" in again.said
        groups = again.groups()
        assert httpx.get(f"{again.api_url}/health").json()["status"] == "ok"
        again.process.terminate()
        assert again.process.wait(PATIENCE_SECONDS) == 0
        assert again.process.stdout is not None
        last = again.process.stdout.read().splitlines()[-1]
        assert last == f"stopped; everything is kept in {run.data_dir.resolve()}"
        wait_until_gone(groups)


def test_when_a_part_dies_it_says_which_and_ends_the_others(run: Run) -> None:
    groups = run.groups()
    assert run.process.stdout is not None
    vast = next(pid for pid in groups if pid in processes_of(run.data_dir / "vast"))

    os.kill(vast, signal.SIGKILL)

    assert run.process.wait(PATIENCE_SECONDS) == 1
    assert "tams: vast ended (signal SIGKILL); its log is" in run.process.stdout.read()
    wait_until_gone(groups)
