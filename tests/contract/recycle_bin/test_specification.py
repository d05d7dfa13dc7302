"""The parts of the specification's suite that a recycle bin could touch, with one. `make soak` runs it all.

They delete, and then list, count, filter, look up, overlap or listen. Each answer is held against the BBC's
OpenAPI file, as without a bin.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kept import KEPT_SECONDS

CONTRACT = Path(__file__).parents[1]
PARTS = ("test_flow_deletion", "test_segments_deleting", "test_object_lifetime", "test_dependants")
PASSED_AT_LEAST = 30
"""So that what is left out with a bin never becomes all there is."""


@pytest.mark.skipif(KEPT_SECONDS != "0", reason="this run has a bin already")
def test_the_specification_holds_with_a_bin(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", tmp_path / "run"),
            *(CONTRACT / f"{each}.py" for each in PARTS),
        ],
        cwd=CONTRACT.parents[1],
        env={**os.environ, "TAMS_TEST_KEPT_SECONDS": "604800"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed[1]) >= PASSED_AT_LEAST, run.stdout
