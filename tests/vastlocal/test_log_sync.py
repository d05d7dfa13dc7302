"""One sync serves all commits written before it, and a failed one is never made up for."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_SECONDS
from vastlocal.engine.durability import LogSync
from vastlocal.errors import InternalServerError


class Disk:
    """Notes its syncs; each lasts until it is let go."""

    def __init__(self) -> None:
        self.syncs = 0
        self.is_broken = False
        self.began = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, _: int) -> None:
        self.syncs += 1
        self.began.set()
        assert self.may_end.wait(PATIENCE_SECONDS)
        if self.is_broken:
            raise OSError(5, os.strerror(5))


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.touch()
    return path


def test_commits_that_wait_share_the_next_sync(log_path: Path) -> None:
    disk, newest = Disk(), [1]
    log = LogSync(log_path, lambda: newest[0], disk)
    with ThreadPoolExecutor(10) as threads:
        first = threads.submit(log.require, 1)
        assert disk.began.wait(PATIENCE_SECONDS)
        newest[0] = 9  # written while the first sync is under way, which may miss them
        others = [threads.submit(log.require, number) for number in range(2, 10)]
        disk.may_end.set()
        for each in (first, *others):
            each.result(PATIENCE_SECONDS)

    assert disk.syncs == 2


def test_what_is_durable_is_not_synced_again(log_path: Path) -> None:
    disk = Disk()
    disk.may_end.set()
    log = LogSync(log_path, lambda: 7, disk)

    for number in (5, 7, 0, 3):
        log.require(number)

    assert disk.syncs == 1


def test_a_failed_sync_is_final(log_path: Path) -> None:
    disk = Disk()
    disk.may_end.set()
    log = LogSync(log_path, lambda: 2, disk)
    log.require(0)
    disk.is_broken = True

    with pytest.raises(InternalServerError, match="may not have been stored"):
        log.require(1)
    disk.is_broken = False
    with pytest.raises(InternalServerError, match="restart"):
        log.require(2)

    assert disk.syncs == 1
