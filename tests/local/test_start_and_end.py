"""Whatever is killed, nothing of the stack remains; and a stack that cannot start says why in one line."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.credentials import FILE_NAME
from tests.small_disk import CannotMountError, small_disk
from tests.waiting import until

from .test_stack import Run, group_is_gone, run_on, wait_until_gone

FREE_PORTS = dict.fromkeys(("PORT", "TAMS_VAST_PORT", "TAMS_S3_PORT", "TAMS_QUEUE_PORT"), "0")


def refused(**environment: str) -> str:
    """What `python -m local` says when it cannot start: one line, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "local"],
        env={**os.environ, **FREE_PORTS, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("tams: ")
    return line


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that a stack has used."""
    data = tmp_path_factory.mktemp("used")
    with run_on(data) as run:
        check_killed_gateway_takes_its_workers_with_it(run)
        groups = run.groups()
        run.process.kill()
        wait_until_gone(groups)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{run.api_url}/service")
    return data


def check_killed_gateway_takes_its_workers_with_it(run: Run) -> None:
    """Though the stack's own process is too busy, or stopped, to see it."""
    run.process.send_signal(signal.SIGSTOP)
    gateway = next(
        pid for pid in run.groups() if "gateway_process" in Path(f"/proc/{pid}/cmdline").read_text()
    )
    os.kill(gateway, signal.SIGKILL)
    until(lambda: group_is_gone(gateway))


def test_nothing_stays_behind_and_a_damaged_database_is_named(finished: Path) -> None:
    database = finished / "vast" / "vastlocal.sqlite"
    for path in database.parent.glob("vastlocal.sqlite*"):
        path.write_bytes(b"this is no database" * 1000)

    said = refused(TAMS_DATA_DIR=str(finished))

    assert f"{database} cannot be used: file is not a database" in said


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()

    assert "Not a directory" in refused(TAMS_DATA_DIR=str(path / "data"))
    assert f"{path} cannot be used (File exists" in refused(TAMS_DATA_DIR=str(path))


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    try:
        with small_disk(megabytes=1) as disk:
            subprocess.run(["mount", "-o", "remount,ro", str(disk.path)], check=True)
            said = refused(TAMS_DATA_DIR=str(disk.path))
        assert "Read-only file system" in said
    except CannotMountError:  # then this is no root, whom modes do not stop
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        said = refused(TAMS_DATA_DIR=str(tmp_path / "data"))
        tmp_path.chmod(stat.S_IRWXU)
        assert "Permission denied" in said
    assert "TAMS_DATA_DIR=…" in said


def test_damaged_credentials_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({"vast": 1}))

    assert f"{tmp_path / FILE_NAME} is damaged" in refused(TAMS_DATA_DIR=str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("TAMS_WORKERS", "0", "a whole number from 1 to 64"),
        ("TAMS_WORKERS", "many", "a whole number from 1 to 64"),
        ("TAMS_WORKERS", "70000", "a whole number from 1 to 64"),
        ("PORT", "http", "a whole number from 0 to 65535"),
        ("TAMS_VAST_CONFLICTS", "never", "strict, column, commit"),
        ("TAMS_S3", "minio", "rclone or seaweedfs"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, name: str, value: str, right: str) -> None:
    said = refused(TAMS_DATA_DIR=str(tmp_path), **{name: value})

    assert said.startswith(f"tams: {name}={value} is ")
    assert said.endswith(right)


def test_the_holder_of_a_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused(TAMS_DATA_DIR=str(tmp_path), PORT=str(port))

    assert f"port {port} is taken by process {os.getpid()}: " in said
    assert "python" in said
    assert "set PORT=… to another one" in said
