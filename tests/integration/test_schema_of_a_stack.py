"""A whole stack on tables that have not been migrated yet, and `tams admin` on them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.stack import Stack
from tams.repositories.all_tables import ALL
from tams.repositories.schema_version import KNOWN
from tests.integration.kept_data import unpacked
from tests.stacks import UNHURRIED
from tests.waiting import until


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    data = unpacked("unnumbered", tmp_path)
    with Stack(data, provision=False, env=UNHURRIED, schedule_seconds=1) as running:
        yield running


def tams_admin(stack: Stack, *arguments: str, code: int = 0) -> str:
    told = {"TAMS_VAST_URL": stack.vast_url, "TAMS_DATA_DIR": str(stack.data_dir)}
    command = [sys.executable, "-m", "cli.main", "admin", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **told}
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout or done.stderr


def test_nothing_is_answered_until_the_tables_are_migrated_and_then_all_is(stack: Stack) -> None:
    needed = f"this release needs version {KNOWN}"
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        refused = api.get("/flows")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert needed in refused.json()["summary"]
        assert "make provision" in refused.json()["summary"]
        assert needed in api.get("/health").json()["vast"]
        assert api.get("/health/ready").status_code == 503
        written = api.put("/flows/7d0f0c4a-6b1e-4f5e-8a35-000000000001/label", json="new")
        assert written.status_code == 503
        until(lambda: needed in stack.log("poller").read_text())
        stack.check()

        before = json.loads(tams_admin(stack, "status", "--json", code=1))
        assert before["version"] == {"found": 1, "needed": KNOWN, "oldest_reader": 1}
        assert [each["number"] for each in before["pending"]] == list(range(2, KNOWN + 1))
        rows = {each["name"]: each["rows"] for each in before["tables"]}
        assert rows["flows"] == 6
        assert {name for name, number in rows.items() if number is None} == {
            "batches",
            "coverage",
            "recycle_bin",
            "schema_version",
        }
        shown = tams_admin(stack, "status", code=1)
        assert all(each["title"] in shown for each in before["pending"])

        assert f"schema version {KNOWN}" in tams_admin(stack, "provision")
        assert "nothing to do" in tams_admin(stack, "provision")

        until(lambda: api.get("/flows").status_code == 200)
        assert len(api.get("/flows").json()) == 6
        until(lambda: api.get("/health").status_code == 200)
        after = json.loads(tams_admin(stack, "status", "--json"))
        assert (after["ready"], after["pending"]) == (True, [])
        assert {each["name"] for each in after["tables"]} == {each.name for each in ALL}
        assert "pending" not in tams_admin(stack, "status")


def test_a_vast_that_does_not_answer_is_told(stack: Stack) -> None:
    stack.kill("vast")

    found = json.loads(tams_admin(stack, "status", "--json", code=1))

    assert found["vast"]["reachable"] is False
    assert found["vast"]["error"]
    assert stack.vast_url in tams_admin(stack, "status", code=1)
    assert "did not answer" in tams_admin(stack, "provision", code=1)
    nowhere = tams_admin(stack, "status", "--data", str(stack.data_dir / "nowhere"), code=1)
    assert "make run" in nowhere
