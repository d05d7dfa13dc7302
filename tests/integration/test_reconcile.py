"""`provision` restores what was dropped or changed by hand, and `--check` says what it would do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.event_tables import RELAY
from tams.repositories.object_tables import OBJECTS
from tams.repositories.provision import provision
from tams.repositories.schema_status import to_do
from tams.repositories.service_tables import GUARD_SLOTS, GUARDS
from tams.repositories.session import VastConnection
from tams.repositories.tables import SOURCES
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import a_local_vast, settings_for
from tests.provisioned import a_vast_with_tables
from tests.sdk import sdk_session

PROGRAM = [sys.executable, "-m", "tams.runtime.provision"]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[VastConnection]:
    with a_vast_with_tables(tmp_path) as url:
        yield vast_connection(settings_for(url))


@contextmanager
def changed_by_hand(connection: VastConnection) -> Iterator[Any]:
    """The schema, in the SDK's hands."""
    with sdk_session(connection).transaction() as transaction:
        yield transaction.bucket(connection.bucket).schema(connection.schema)


def run(endpoint: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """With the settings of VAST alone."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("TAMS_")}
    vast = {"ENDPOINT": endpoint, "BUCKET": "tams", "ACCESS_KEY": "K", "SECRET_KEY": "S"} | settings
    given = {f"TAMS_VAST__{name}": value for name, value in vast.items() if value}
    return subprocess.run(
        [*PROGRAM, *arguments], env=others | given, capture_output=True, text=True, check=False
    )


def without_column(connection: VastConnection, table: str, name: str) -> None:
    with changed_by_hand(connection) as schema:
        there = schema.table(table)
        there.drop_column(pa.schema([there.arrow_schema.field(name)]))


def test_tables_that_have_all_leave_nothing_to_do(connection: VastConnection) -> None:
    assert to_do(connection) == []
    assert provision(connection) == []


def test_tables_are_as_the_sdk_would_make_them(connection: VastConnection) -> None:
    with changed_by_hand(connection) as schema:
        for table in ALL:
            found = schema.table(table.name)
            assert tuple(found.arrow_schema.names) == table.names
            if table.sorting_key:
                assert tuple(each.name for each in found.sorted_columns()) == table.sorting_key
            projections = {each.name: set(each.columns().names) for each in found.projections()}
            assert projections == {
                each.name: {*each.sorted_columns, *each.unsorted_columns}
                for each in table.projections
            }


def test_a_missing_column_is_restored_with_its_values(connection: VastConnection) -> None:
    row = {"id": "o", "state": "allocated", "flow_id": "none", "created_us": 5, "revision": 0}
    Database(connection).write(lambda it: it.insert(OBJECTS, [row]))
    without_column(connection, "objects", "flow_created_us")
    without_column(connection, "sources", "kept")

    assert to_do(connection) == [
        "column sources.kept is missing",
        "column objects.flow_created_us is missing",
    ]
    assert provision(connection) == [
        "column sources.kept",
        "column objects.flow_created_us",
        "1 rows of objects.flow_created_us",
    ]
    (found,) = Database(connection).read(lambda it: it.select(OBJECTS, None, ["flow_created_us"]))
    assert found["flow_created_us"] is not None
    assert to_do(connection) == []


def test_a_missing_table_is_created_with_its_first_rows(connection: VastConnection) -> None:
    with changed_by_hand(connection) as schema:
        for table in (GUARDS, RELAY):
            schema.table(table.name).drop()

    assert {each.partition(":")[0] for each in to_do(connection)} == {
        "table guards is missing",
        "table relay is missing",
    }
    assert {"table guards", "table relay", "relay row"} <= set(provision(connection))
    assert Database(connection).read(lambda it: it.count(GUARDS, None)) == GUARD_SLOTS
    assert to_do(connection) == []


def test_a_projection_with_other_columns_is_made_again(connection: VastConnection) -> None:
    name = "flows_by_profile"
    with changed_by_hand(connection) as schema:
        flows = schema.table("flows")
        flows.projection(name).drop()
        flows.create_projection(name, ["profile_id"], ["label"])

    (words,) = to_do(connection)
    assert words.startswith(f"projection {name} has the columns label, profile_id instead of id,")
    assert provision(connection) == [f"without projection {name}", f"projection {name}"]
    assert to_do(connection) == []


def test_a_table_that_lost_its_order_is_sorted_again(connection: VastConnection) -> None:
    with changed_by_hand(connection) as schema:
        old = schema.table("sources").arrow_schema
        schema.table("sources").drop()
        schema.create_table("sources", old)

    assert "table sources is not sorted by id" in to_do(connection)
    assert "sorting key of sources" in provision(connection)
    assert to_do(connection) == []
    database = Database(connection)
    database.write(lambda it: it.insert(SOURCES, [{"id": "s", "revision": 0}]))
    rows = database.read(lambda it: it.select(SOURCES, None, ["label"], with_row_id=True))
    database.write(lambda it: it.update(SOURCES, [{**rows[0], "label": "new"}]))


def test_what_only_a_person_can_mend_is_named_and_left(connection: VastConnection) -> None:
    with changed_by_hand(connection) as schema:
        old = schema.table("sources").arrow_schema
        schema.table("sources").drop()
        fields = [pa.field("kept", pa.int64()) if each.name == "kept" else each for each in old]
        schema.create_table("sources", pa.schema(fields), sorting_key=["format"])

    found = to_do(connection)

    assert [each.partition(":")[0] for each in found] == [
        "column sources.kept is of type int64 instead of bool",
        "table sources is sorted by format instead of id",
        *(f"projection {each.name} is missing" for each in SOURCES.projections),
    ]
    assert provision(connection) == [f"projection {each.name}" for each in SOURCES.projections]
    assert to_do(connection) == found[:2]


def test_check_says_with_its_exit_code_whether_there_is_something_to_do(tmp_path: Path) -> None:
    with a_local_vast(tmp_path) as url:
        empty = run(url, "--check")
        assert (empty.returncode, empty.stdout) == (
            1,
            "provision: there are no tables: all will be created\n",
        )
        assert run(url, "--check").stdout == empty.stdout, "the first has changed nothing"
        assert run(url).returncode == 0

        done = run(url, "--check")
        assert (done.returncode, done.stdout) == (0, "provision: nothing to do\n")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "VAST did not answer"),
        ({"ENDPOINT": "vast:443"}, "TAMS_VAST__ENDPOINT: 'vast:443' is not the address"),
        ({"ENDPOINT": ""}, "give endpoint or endpoints"),
        ({"SECRET_KEY": ""}, "access_key and secret_key must be given together"),
        (
            {"ACCESS_KEY": "", "SECRET_KEY": "", "SECRET_ARN": "arn:x"},
            "the secret with the access keys cannot be read",
        ),
    ],
)
def test_a_failure_is_one_line(settings: dict[str, str], words: str) -> None:
    for arguments, code in (((), 1), (("--check",), 2)):
        done = run("http://127.0.0.1:1", *arguments, **settings)

        last = done.stderr.splitlines()[-1]
        assert done.returncode == code, done.stderr
        assert last.startswith("provision: ")
        assert words in last
        assert "Traceback" not in done.stderr


def test_a_missing_bucket_is_named(tmp_path: Path) -> None:
    with a_local_vast(tmp_path) as url:
        done = run(url, BUCKET="other")

    assert done.returncode == 1
    assert "VAST has no database bucket 'other'" in done.stderr
