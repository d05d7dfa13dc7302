"""The tests' small disk is removed by its own run, or else by the next one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_disk import CannotMountError, small_disk

HELD = """
import sys, time
from tests.small_disk import small_disk
with small_disk(megabytes=1) as disk:
    print(disk.path, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def can_mount() -> None:
    try:
        with small_disk(megabytes=1):
            pass
    except CannotMountError as error:
        pytest.skip(str(error))


def test_it_takes_what_fits_and_leaves_nothing_behind() -> None:
    with small_disk(megabytes=1) as disk:
        (disk.path / "small").write_bytes(b"x" * 1_000)
        with disk.full(), pytest.raises(OSError, match="No space left"):
            (disk.path / "more").write_bytes(b"x" * 100_000)

    assert not disk.path.exists()


def test_that_of_a_run_that_was_killed_is_unmounted_by_the_next() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HELD], cwd=root, stdout=subprocess.PIPE, text=True
    ) as held:
        assert held.stdout is not None
        left = Path(held.stdout.readline().strip())
        with small_disk(megabytes=1):
            assert left.is_mount(), "its run still goes on"
        held.kill()

    assert left.is_mount()
    with small_disk(megabytes=1):
        assert not left.exists()
