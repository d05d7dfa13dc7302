"""`tams admin probe` says of the local VAST what is so, and notices each rule that is changed."""

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tams.errors import BackendUnavailableError
from tams.repositories.probes.all import Extent, probe
from tams.repositories.probes.assumptions import ASSUMPTIONS, Finding, Verdict
from tams.repositories.session import VastConnection
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import a_free_port, a_local_vast, settings_for
from tests.integration.vast_probes.test_probe import schemas
from tests.sdk import sdk_session
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction
from vastlocal.process import LocalVast

DOCS = Path(__file__).parents[3] / "shared/docs"
QUICK = ("--rows", "200", "--round-trips", "2", "--idle-seconds", "0")


def command(url: str, *options: str, bucket: str = "tams") -> subprocess.CompletedProcess[str]:
    """`tams admin probe` as an operator runs it."""
    variables = {
        "ENDPOINT": url,
        "BUCKET": bucket,
        "SCHEMA": "tams",
        "ACCESS_KEY": "K",
        "SECRET_KEY": "S",
        "TIMEOUT_SECONDS": "60",
    }
    environment = {**os.environ, **{f"TAMS_VAST__{name}": v for name, v in variables.items()}}
    words = [sys.executable, "-m", "cli.main", "admin", "probe", *QUICK, *options]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=environment)


class Silent:
    """A `tams.ports.Progress` for nobody."""

    def stage(self, words: str) -> None: ...
    def begin(self, total: int) -> None: ...
    def advance(self, by: int) -> None: ...


def probed(url: str, *others: str, idle_seconds: float = 0) -> dict[int, Finding]:
    connection = replace(connected(url), endpoints=(url, *others))
    return {each.number: each for each in probe(connection, Extent(200, 2, idle_seconds), Silent())}


def drop_schemas(url: str) -> None:
    """What a probe of two clusters could not drop."""
    with sdk_session(connected(url)).transaction() as transaction:
        for schema in transaction.bucket("tams").schemas():
            for table in schema.tables():
                table.drop()
            schema.drop()


def is_sound(found: dict[int, Finding]) -> bool:
    return not any(each.is_fault for each in found.values())


def connected(url: str) -> VastConnection:
    return vast_connection(settings_for(url))


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_local_vast(tmp_path_factory.mktemp("vast")) as url:
        yield url


def test_the_local_vast_does_all_that_we_assume_and_nothing_is_left(local: str) -> None:
    done = command(local, "--json")

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    verdicts = {each["number"]: each["verdict"] for each in answer["assumptions"]}
    assert answer["sound"] is True
    assert verdicts.keys() == ASSUMPTIONS.keys()
    assert set(verdicts.values()) == {"as assumed", "measured"}, verdicts
    # What one address, few rows and no pause cannot tell, and what has no right value.
    measured = {number for number, verdict in verdicts.items() if verdict == "measured"}
    assert measured == {3, 5, 11, 12, 13, 16, 25, 28, 29}
    assert schemas(connected(local)) == []
    assert Control(local, "K", "S").health().open_transactions == 0


def test_two_addresses_of_one_cluster_know_one_transaction(local: str) -> None:
    found = probed(local, local.replace("127.0.0.1", "localhost"))

    assert found[25].verdict is Verdict.AS_ASSUMED, found[25].measured
    assert is_sound(found)


def test_two_clusters_are_not_one(local: str, tmp_path: Path) -> None:
    """Whichever of them the probe begins at, the other knows neither the schema nor the transaction."""
    with a_local_vast(tmp_path) as stranger:
        try:
            is_one = is_sound(probed(local, stranger))
        except BackendUnavailableError:
            is_one = False  # the schema was made at one, and looked for at the other
        finally:
            drop_schemas(local)

    assert not is_one


@pytest.mark.parametrize("conflicts", ["column", "commit"])
def test_other_sound_rules_are_told(tmp_path: Path, conflicts: str) -> None:
    with a_local_vast(tmp_path, conflicts=conflicts) as url:
        found = probed(url)

    told = [found[number].measured for number in (1, 2, 3)]
    assert is_sound(found)
    if conflicts == "column":
        assert told == ["refused at once", "refused at once", "refused never"]
    else:
        assert told == ["refused at commit"] * 3


def test_a_cluster_that_loses_writes_is_refused(tmp_path: Path) -> None:
    with a_local_vast(tmp_path, conflicts="never") as url:
        done = command(url)

    assert done.returncode == 1
    assert "Do not use this cluster: see 1, 2." in done.stdout


def test_what_makes_us_slow_only_is_no_failure(local: str) -> None:
    Control(local, "K", "S").inject(FaultAction.ERROR, kind="create_projection", status=400)

    found = probed(local)

    assert found[15].verdict is Verdict.DIFFERS
    assert found[17].verdict is Verdict.AS_ASSUMED
    assert is_sound(found)


def test_what_could_not_be_found_out_is_a_failure_and_the_rest_is_told(local: str) -> None:
    # The seventh update is the first of those that a transaction is to read again.
    Control(local, "K", "S").inject(FaultAction.ERROR, kind="update_rows", status=500, skip=6)

    found = probed(local)

    unknown = {number for number, each in found.items() if each.verdict is Verdict.UNKNOWN}
    assert unknown == {6, 7, 8}
    assert "500" in found[6].measured
    assert not is_sound(found)
    assert found.keys() == ASSUMPTIONS.keys()
    assert schemas(connected(local)) == []


def test_a_transaction_that_pauses_lives(local: str) -> None:
    found = probed(local, idle_seconds=5)

    assert found[11].verdict is Verdict.AS_ASSUMED
    assert found[12].verdict is Verdict.AS_ASSUMED
    assert found[13].verdict is Verdict.MEASURED


def test_the_end_of_a_transaction_that_pauses_is_seen(tmp_path: Path) -> None:
    with LocalVast(tmp_path, ["tams"], "K", "S", idle_timeout_seconds=6) as server:
        found = probed(server.endpoint, idle_seconds=40)

    assert found[13].verdict is Verdict.AS_ASSUMED
    assert "expires after" in found[13].measured


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("nobody there", "did not answer"),
        ("forbidden", "access key"),
        ("no bucket", "no database bucket"),
    ],
)
def test_without_vast_it_says_so_in_one_line(local: str, fault: str, words: str) -> None:
    if fault == "forbidden":
        Control(local, "K", "S").inject(
            FaultAction.ERROR, kind="create_schema", status=403, code="AccessDenied"
        )
    url = f"http://127.0.0.1:{a_free_port()}" if fault == "nobody there" else local
    done = command(url, bucket="other" if fault == "no bucket" else "tams")

    assert done.returncode == 1
    assert done.stdout == ""
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_documentation_has_the_same_numbers() -> None:
    generator = runpy.run_path(str(DOCS / "make_assumptions.py"))

    assert (DOCS / "assumptions.md").read_text() == generator["text"]()


def test_what_refers_to_assumptions_names_some_that_exist() -> None:
    for page in DOCS.rglob("*.md"):
        for words in re.findall(r"\[[Aa]ssumptions?\]\([^)]*\) ([0-9, andto]+)", page.read_text()):
            assert {int(each) for each in re.findall(r"\d+", words)} <= ASSUMPTIONS.keys(), page
