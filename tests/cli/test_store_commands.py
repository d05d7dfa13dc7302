"""`tams admin projections` and `status` against a local VAST, with each option and failure."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tams.repositories.schema_version import KNOWN
from tams.repositories.tables import FLOWS
from tams.runtime.vast import vast_connection
from tests.cli.test_failures import refused
from tests.integration.backup.stores import insert, rows_of
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables

Json = Any


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_vast_with_tables(tmp_path_factory.mktemp("vast")) as url:
        connection = vast_connection(settings_for(url))
        insert(connection, FLOWS, rows_of(FLOWS, 25, created_us=1_700_000_000_000_000))
        yield url


def told(vast_url: str) -> dict[str, str]:
    there = {"ENDPOINT": vast_url, "BUCKET": "tams", "SCHEMA": "tams"}
    keys = {"ACCESS_KEY": "K", "SECRET_KEY": "S"}
    return {f"TAMS_VAST__{name}": value for name, value in {**there, **keys}.items()}


def admin(vast_url: str, *arguments: str, typed: str = "", code: int = 0) -> str:
    runner = CliRunner(env=told(vast_url))
    result = runner.invoke(app, ["admin", *arguments], input=typed)
    assert result.exit_code == code, result.output
    return result.stdout


def states(vast_url: str, *arguments: str) -> dict[str, list[str]]:
    """The states of projections, by table."""
    found = json.loads(admin(vast_url, "projections", *arguments, "--json"))["projections"]
    tables: dict[str, list[str]] = {}
    for each in found:
        tables.setdefault(each["table"], []).append(each["state"])
    return tables


def all_are(state: str, found: dict[str, list[str]]) -> bool:
    return {each for table in found.values() for each in table} == {state}


def test_they_are_shown_dropped_and_created(vast_url: str) -> None:
    before = states(vast_url)
    assert len(before) > 1
    assert all_are("present", before)
    assert states(vast_url, "--status", "segments").keys() == {"segments"}

    assert all_are("missing", states(vast_url, "segments", "--disable", "--yes"))

    shown = admin(vast_url, "projections")
    assert "missing" in shown
    assert "present" in shown, "those of other tables stay"
    status = json.loads(admin(vast_url, "status", "--no-probe", "--json", code=1))
    assert {each["state"] for each in status["projections"]} == {"missing", "present"}

    assert "projection" in admin(vast_url, "projections", "--enable")
    assert states(vast_url) == before


def test_dropping_asks_first_and_any_other_answer_changes_nothing(vast_url: str) -> None:
    for typed in ("", "yes\n"):
        admin(vast_url, "projections", "segments", "--disable", typed=typed, code=1)
    assert all_are("present", states(vast_url))

    admin(vast_url, "projections", "segments", "--disable", typed="drop\n")
    assert all_are("missing", states(vast_url, "segments"))
    assert all_are("present", states(vast_url, "segments", "--enable"))


def test_wrong_options_and_tables_and_a_silent_vast_are_told_in_one_line(vast_url: str) -> None:
    admin(vast_url, "projections", "--enable", "--disable", code=2)
    env = told(vast_url)
    assert "there is no table 'fruit'" in refused("admin", "projections", "fruit", **env)
    away = told("http://127.0.0.1:9")
    for action in ("--status", "--enable", "--disable"):
        assert "VAST did not answer" in refused("admin", "projections", action, "--yes", **away)
    silent = CliRunner(env=away).invoke(app, ["admin", "status"])
    assert silent.exit_code == 1
    assert "VAST did not answer" in silent.stdout
    wrong = {name: text for name, text in env.items() if not name.endswith("BUCKET")}
    assert "TAMS_VAST__BUCKET" in refused("admin", "status", **wrong)


def test_status_says_all_that_it_promises(vast_url: str) -> None:
    found: Json = json.loads(admin(vast_url, "status", "--json"))

    assert (found["ready"], found["pending"], found["schema"]) == (True, [], "tams")
    oldest = found["version"].pop("oldest_reader")
    assert found["version"] == {"found": KNOWN, "needed": KNOWN}
    assert 1 <= oldest <= KNOWN
    (flows,) = (each for each in found["tables"] if each["name"] == "flows")
    assert flows["rows"] == 25
    assert flows["size_bytes"] > 0
    assert flows["newest"] is not None
    sorted_tables = [each for each in found["tables"] if each["sorting"]]
    assert all(each["sorting"]["key"] for each in sorted_tables)
    assert (found["conflicts"]["rule"], found["conflicts"]["safe"]) == ("strict", True)
    assert found["attention"] == [], "so the exit code is 0"

    shown = admin(vast_url, "status", "--no-probe")
    for words in ("VAST", "package", "schema", "projections", "waiting", "sweeper", "flows", "25"):
        assert words in shown
    assert "conflicts" not in shown
    assert "conflicts" in admin(vast_url, "status")
