"""The tests that the SDK ships for real clusters, run unchanged against the emulator.

They drop every schema of their bucket, so they get a server of their own, and they run in a process
of their own, because this repository's pytest turns warnings into errors.
"""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.long_form import SOAK
from vastlocal.process import LocalVast

FILES = {
    "test_tables.py": 67,
    "test_table_in_tx.py": 13,
    "test_fixed_list.py": 48,
    "test_schemas.py": 6,
    "test_nested.py": 4,
    "test_projections.py": 3,
    "test_sanity.py": 4,
    "test_duckdb.py": 1,
}

NOT_EMULATED = {
    "test_catalog_select": "reads the system table of VAST Catalog, which a cluster fills",
    "test_audit_log_select": "reads the system table of the audit log, which a cluster fills",
    "test_catalog_snapshots_select": "reads snapshots of VAST Catalog, which a cluster makes",
}

LONG = [] if SOAK else ["test_list_columns_with_pagination", "test_filters"]
"""The longest two. test_limits.py reads lists page by page too, and test_predicates.py filters."""

Outcomes = dict[str, str]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Test id to "passed", or to what was wrong."""
    # By path, not by import: importing vastdb here is slow, and not needed.
    suite = Path(sys.prefix) / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
    suite /= "site-packages/vastdb"
    directory = tmp_path_factory.mktemp("sdk")
    report = directory / "report.xml"
    with LocalVast(directory / "data") as server:
        command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", f"--rootdir={suite}"]
        command += ["-p", "no:cacheprovider", "-p", "short_sleeps", f"--junitxml={report}"]
        command += [str(suite / "tests" / name) for name in FILES]
        command += [f"--deselect=tests/test_tables.py::{name}" for name in LONG]
        command += ["--tabular-endpoint-url", server.endpoint]
        command += ["--tabular-access-key", server.access_key]
        command += ["--tabular-secret-key", server.secret_key]
        environment = {"PYTHONPATH": str(Path(__file__).parent), "PATH": "/usr/bin:/bin"}
        run = subprocess.run(
            command, cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
    assert report.exists(), run.stdout + run.stderr
    return {
        f"{case.get('classname')}::{case.get('name')}": _outcome(case)
        for case in ET.parse(report).iter("testcase")  # noqa: S314 - our own file
    }


def _outcome(case: ET.Element) -> str:
    for kind in ("failure", "error", "skipped"):
        if (found := case.find(kind)) is not None:
            return f"{kind}: {(found.get('message') or '')[:300]}"
    return "passed"


def test_sdk_is_the_pinned_one() -> None:
    assert version("vastdb") == "2.0.14"


def test_sdk_suite_is_run_whole(outcomes: Outcomes) -> None:
    assert len(outcomes) + len(LONG) == sum(FILES.values()) == 146


def test_sdk_suite_passes_but_for_system_tables(outcomes: Outcomes) -> None:
    wrong = {test: outcome for test, outcome in outcomes.items() if outcome != "passed"}

    unexpected = {t: why for t, why in wrong.items() if t.split("::")[1] not in NOT_EMULATED}

    assert not unexpected
    assert len(wrong) <= len(NOT_EMULATED)
