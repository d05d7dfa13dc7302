"""A log that cannot be written stops no work, and a failed thread is restarted."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from local.kept_threads import kept
from tests.waiting import PATIENCE_SECONDS, until

FULL = Path("/dev/full")
SPEAKING = """
import logging, os, sys
from local import streams
from local.journal import Journal

streams.never_fail()
logging.basicConfig()
from aws_lambda_powertools import Logger  # with a stream of its own

for _ in range(3):
    print("print")
    logging.warning("logging")
    Logger(service="x").info("Powertools")
    Journal(None).line("journal")
    sys.stdout.flush()
os.write(int(sys.argv[1]), b"done")
"""


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full NOT tested: it is Linux's")
def test_writing_to_a_full_disk_is_no_failure() -> None:
    said, say = os.pipe()
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", SPEAKING, str(say)],
            stdout=full,
            stderr=full,
            pass_fds=[say],
            check=False,
        )
    os.close(say)

    assert done.returncode == 0
    assert os.read(said, 100) == b"done"
    os.close(said)


def test_lines_are_whole_again_after_one_that_broke_off(tmp_path: Path) -> None:
    """As much as fits is written, which the limit on a file's size shows without a disk."""
    program = (
        "import resource, signal, sys\n"
        "from local import streams\n"
        "streams.never_fail()\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))\n"
        "sys.stderr.write('first\\n'), sys.stderr.write('second\\n'), sys.stderr.write('third\\n')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))\n"
        "sys.stderr.write('fourth\\n'), sys.stderr.write('fifth\\n')\n"
    )
    log = tmp_path / "log"
    with log.open("ab") as output:
        subprocess.run([sys.executable, "-c", program], stderr=output, check=True)

    assert log.read_text() == "first\nseco\nfourth\nfifth\n"


def test_work_that_fails_or_ends_is_done_again_and_reported() -> None:
    stopped = threading.Event()
    reports: list[str] = []
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise OSError("no space left")
        if len(runs) == 3:
            stopped.wait()

    thread = kept("the watch", work, reports.append, stopped)
    thread.start()
    until(lambda: len(runs) == 3)
    stopped.set()
    thread.join(PATIENCE_SECONDS)

    assert not thread.is_alive()
    assert "FAILED the watch: OSError: no space left" in reports[0]
    assert "it ended unexpectedly" in reports[1]
    assert len(reports) == 2
