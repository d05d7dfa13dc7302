"""Numbered migrations: old tables become what new ones are, once, whoever runs them at the same time."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tams.errors import BackendUnavailableError
from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.event_tables import RELAY
from tams.repositories.migrations.back_fill import BATCH_ROWS
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.migrations.steps import AddColumns
from tams.repositories.object_tables import OBJECTS
from tams.repositories.provision import provision
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.schema_status import schema_status
from tams.repositories.schema_version import KNOWN, SchemaVersion
from tams.repositories.service_tables import GUARD_SLOTS, GUARDS, SCHEMA_VERSION, SERVICE
from tams.repositories.session import VastConnection
from tams.repositories.table import Table
from tams.repositories.transaction import VastTransaction
from tams.vast.where import col
from tests.integration.kept_data import FOLDERS, unpacked
from tests.integration.old_tables import add_old_objects, set_version, store
from tests.sdk import sdk_session
from tests.waiting import until
from vastlocal.http.faults import FaultAction

NO_FLOW_YET = col["flow_created_us"].isnull()
CHANGES = {
    "create_schema", "create_table", "add_columns", "create_projection", "drop_projection",
    "insert_rows", "update_rows", "delete_rows",
}  # fmt: skip


def columns_since(version: int) -> set[str]:
    """As `provision` reports the columns that later migrations add."""
    steps = [step for each in MIGRATIONS[version:] for step in each.steps]
    added = [step for step in steps if isinstance(step, AddColumns)]
    return {f"column {step.table.name}.{name}" for step in added for name in step.names}


def count(connection: VastConnection, table: Table, predicate: Any = None) -> int:
    return Database(connection).read(lambda it: it.count(table, predicate))


def shape(connection: VastConnection) -> dict[str, tuple[set[Any], set[str]]]:
    """Columns and projections of each table."""
    with sdk_session(connection).transaction() as transaction:
        schema = transaction.bucket(connection.bucket).schema(connection.schema)
        found = {table.name: schema.table(table.name) for table in ALL}
        return {
            name: (
                {(field.name, field.type) for field in table.arrow_schema},
                {each.name for each in table.projections()},
            )
            for name, table in found.items()
        }


def test_new_tables_have_the_version_of_this_release(tmp_path: Path) -> None:
    with store(tmp_path) as (connection, _):
        assert schema_status(connection).version is None

        provision(connection)

        found = schema_status(connection)
        assert found.version == SchemaVersion(KNOWN, oldest_reader=5)
        assert found.is_ready
        assert found.rows["guards"] == GUARD_SLOTS


@pytest.mark.parametrize("folder", [None, *FOLDERS])
def test_provisioning_again_changes_nothing(tmp_path: Path, folder: str | None) -> None:
    data = unpacked(folder, tmp_path) / "vast" if folder else tmp_path
    with store(data) as (connection, vast):
        assert provision(connection) != []
        vast.reset()

        assert provision(connection) == []
        assert not CHANGES & vast.counters().requests.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_old_tables_become_what_new_ones_are(tmp_path: Path, folder: str) -> None:
    with store(tmp_path / "new") as (connection, _):
        provision(connection)
        new = shape(connection)
    with store(unpacked(folder, tmp_path) / "vast") as (connection, _):
        before = schema_status(connection)
        assert before.version == SchemaVersion(1, oldest_reader=1)
        assert [each.number for each in before.pending] == list(range(2, KNOWN + 1))
        assert "make provision" in str(before.fault)

        provision(connection)

        assert schema_status(connection).is_ready
        for name, (columns, projections) in shape(connection).items():
            assert new[name][0] <= columns  # of a table that is there no column goes
            assert new[name][1] == projections
        assert count(connection, GUARDS) == GUARD_SLOTS
        assert count(connection, OBJECTS, NO_FLOW_YET) == 0


def test_a_projection_waits_for_the_migration_that_adds_its_column(tmp_path: Path) -> None:
    """A migration adds the projections of this release, and the table may be of an earlier one."""
    added = columns_since(8) & {f"column recycle_bin.{name}" for name in RECYCLE_BIN.names}
    later = {line.rpartition(".")[2] for line in added}
    assert any(each.columns & later for each in RECYCLE_BIN.projections)
    of_version_8 = replace(
        RECYCLE_BIN,
        columns=tuple(each for each in RECYCLE_BIN.columns if each[0] not in later),
        projections=tuple(each for each in RECYCLE_BIN.projections if not each.columns & later),
    )
    with store(tmp_path) as (connection, _):
        provision(connection)
        new = shape(connection)

        def work(transaction: VastTransaction) -> None:
            definitions = Definitions(transaction, connection)
            definitions.drop(RECYCLE_BIN)
            definitions.create(of_version_8)

        Database(connection).write(work)
        set_version(connection, version=8)

        done = provision(connection)

        assert added <= set(done)
        assert shape(connection) == new
        assert provision(connection) == []


def test_a_provisioner_that_is_killed_half_way_leaves_whole_batches(tmp_path: Path) -> None:
    left = BATCH_ROWS // 2
    with store(unpacked("unnumbered", tmp_path / "unharmed") / "vast") as (connection, _):
        whole = made_by(provision(connection))
    with store(unpacked("unnumbered", tmp_path) / "vast") as (connection, vast):
        add_old_objects(connection, 2 * BATCH_ROWS + left)
        vast.inject(FaultAction.DELAY, "update_rows", path_contains="objects", skip=2, seconds=600)
        with subprocess.Popen(
            [sys.executable, "-m", "tams.runtime.provision"], env=environment(connection)
        ) as provisioner:
            until(lambda: count(connection, OBJECTS, NO_FLOW_YET) == left)
            provisioner.kill()
        vast.clear_faults()
        vast.expire()  # as a cluster does in time with what a dead client left open

        stopped = schema_status(connection)
        assert stopped.version == SchemaVersion(1, oldest_reader=1)
        assert count(connection, OBJECTS, NO_FLOW_YET) == left

        done = provision(connection)

        assert f"{left} rows of objects.flow_created_us" in done
        assert made_by(done) == whole[-len(made_by(done)) :]
        assert schema_status(connection).is_ready
        assert count(connection, OBJECTS, NO_FLOW_YET) == 0


def made_by(done: Sequence[str]) -> list[str]:
    """What was added to the tables, in order, without what was filled in."""
    return [line for line in done if line.startswith(("table", "column", "projection"))]


def environment(connection: VastConnection) -> dict[str, str]:
    access_key, secret_key = connection.find_keys()
    return {
        **os.environ,
        "TAMS_VAST__ENDPOINT": connection.endpoints[0],
        "TAMS_VAST__BUCKET": connection.bucket,
        "TAMS_VAST__ACCESS_KEY": access_key,
        "TAMS_VAST__SECRET_KEY": secret_key,
    }


@pytest.mark.parametrize("conflicts", ["strict", "column", "commit"])
@pytest.mark.parametrize("folder", [None, "release_0_1_0"])
def test_provisioners_at_the_same_time_do_everything_once(
    tmp_path: Path, folder: str | None, conflicts: str
) -> None:
    data = unpacked(folder, tmp_path) / "vast" if folder else tmp_path
    with store(data, conflicts=conflicts) as (connection, _):
        together = threading.Barrier(3)

        def one(_: int) -> list[str]:
            together.wait()
            return provision(connection)

        with ThreadPoolExecutor(3) as threads:
            done = [line for lines in threads.map(one, range(3)) for line in lines]

        assert sorted(done) == sorted(set(done))
        versions = [line for line in done if line.startswith("schema version")]
        assert len(versions) == (KNOWN - 1 if folder else KNOWN)
        tables = (SCHEMA_VERSION, SERVICE, RELAY, GUARDS)
        assert [count(connection, each) for each in tables] == [1, 1, 1, GUARD_SLOTS]
        assert schema_status(connection).is_ready
        assert count(connection, OBJECTS, NO_FLOW_YET) == 0
        assert provision(connection) == []


def test_tables_of_a_later_version_are_left_as_they_are(tmp_path: Path) -> None:
    with store(tmp_path) as (connection, vast):
        provision(connection)
        later = KNOWN + 5
        set_version(connection, version=later)
        vast.reset()

        assert provision(connection) == [
            f"nothing: schema version {later} is newer than {KNOWN}, but usable"
        ]
        set_version(connection, oldest_reader=KNOWN + 1)
        with pytest.raises(BackendUnavailableError, match=f"version {later}.*version {KNOWN + 1}"):
            provision(connection)

        assert vast.counters().requests["update_rows"] == 1  # that of `set_version`
        assert not schema_status(connection).is_ready
