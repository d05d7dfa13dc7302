"""The tests of the shared stack pass against the served form: a part of them here, all in the long form."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PART = [
    "tests/contract/test_service.py",
    "tests/contract/test_identifiers.py::test_GEN_9_an_id_that_looks_encoded_goes_before_the_one_it_would_be",
    "tests/contract/test_http.py",
]
WHOLE = ["tests/contract", "tests/access", "tests/background/test_receivers.py"]


@pytest.mark.timeout(1_800)
def test_a_part_of_the_api_tests_passes(tmp_path: Path) -> None:
    passes(PART, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("chosen", [WHOLE], ids=["whole"])
@pytest.mark.timeout(14_400)
def test_all_api_tests_pass(chosen: list[str], tmp_path: Path) -> None:
    passes(chosen, tmp_path)


def passes(chosen: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "TAMS_TEST_FORM": "served"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--basetemp", str(tmp_path / "inner"), *chosen),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-10_000:] + run.stderr[-2_000:]
