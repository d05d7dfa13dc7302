"""`provision` on tables of earlier versions, after kills half-way, and running in parallel."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tams.errors import BackendUnavailableError
from tams.models.common import Tags
from tams.models.stored_objects import FLOW_GONE_US
from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.event_tables import RELAY
from tams.repositories.migrations.back_fill import BATCH_ROWS
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.migrations.steps import AddColumns
from tams.repositories.object_tables import OBJECTS
from tams.repositories.predicates import tags_text
from tams.repositories.provision import provision
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.schema_status import schema_status
from tams.repositories.schema_version import KNOWN, SchemaVersion
from tams.repositories.service_tables import GUARD_SLOTS, GUARDS, SCHEMA_VERSION, SERVICE
from tams.repositories.session import VastConnection
from tams.repositories.table import INT, TEXT, Table, columns
from tams.repositories.tables import COLLECTIONS, FLOWS, SOURCES
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.runtime.vast import vast_connection
from tams.vast.where import col
from tests.integration.kept_data import FOLDERS, unpacked
from tests.integration.local_vast import VAST_KEYS, a_local_vast, settings_for
from tests.sdk import sdk_session
from tests.waiting import until
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction

_OLD_COLUMNS = columns(id=TEXT, tags=TEXT, created_us=INT, revision=INT)
OLD_FLOWS = Table("flows", _OLD_COLUMNS, sorting_key=("id",))
OLD_SOURCES = Table("sources", _OLD_COLUMNS, sorting_key=("id",))
"""Only what the tests write: a later version added columns."""
NO_FLOW_YET = col["flow_created_us"].isnull()
CHANGES = {
    "create_schema", "create_table", "add_columns", "create_projection", "drop_projection",
    "insert_rows", "update_rows", "delete_rows",
}  # fmt: skip


@contextmanager
def store(data: Path, **options: Any) -> Iterator[tuple[VastConnection, Control]]:
    with a_local_vast(data, **options) as url:
        control = Control(url, VAST_KEYS["VASTLOCAL_ACCESS_KEY"], VAST_KEYS["VASTLOCAL_SECRET_KEY"])
        yield vast_connection(settings_for(url)), control


def columns_since(version: int) -> set[str]:
    """As `provision` reports the columns that later migrations add."""
    steps = [step for each in MIGRATIONS[version:] for step in each.steps]
    added = [step for step in steps if isinstance(step, AddColumns)]
    return {f"column {step.table.name}.{name}" for step in added for name in step.names}


def count(connection: VastConnection, table: Table, predicate: Any = None) -> int:
    return Database(connection).read(lambda it: it.count(table, predicate))


def set_version(connection: VastConnection, **changes: int) -> None:
    def work(transaction: VastTransaction) -> None:
        (row,) = transaction.select(SCHEMA_VERSION, None, ["revision"], with_row_id=True)
        transaction.update(SCHEMA_VERSION, [{ROW_ID: row[ROW_ID], **changes}])

    Database(connection).write(work)


def add_old_objects(connection: VastConnection, number: int, **fields: Any) -> None:
    """As release 0.1.0 allocated them."""
    old = {"state": "allocated", "flow_id": "nobody", "created_us": 5, "revision": 0, **fields}
    rows = [{"id": f"old {n}", **old} for n in range(number)]
    Database(connection).write(lambda it: it.insert(OBJECTS, rows))


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


def test_objects_learn_which_flow_they_were_made_for(tmp_path: Path) -> None:
    second = 1_000_000
    flows = {"theirs": 7 * second, "a later one": 9 * second}
    objects = {
        "made for it": ("theirs", 8 * second, 7 * second),
        "by a clock behind": ("theirs", 6 * second, 7 * second),
        "for one before it": ("a later one", 7 * second, FLOW_GONE_US),
        "for one that is gone": ("nobody", 8 * second, FLOW_GONE_US),
    }
    with store(unpacked("unnumbered", tmp_path) / "vast") as (connection, _):

        def work(transaction: VastTransaction) -> None:
            rows = [{"id": name, "created_us": us, "revision": 1} for name, us in flows.items()]
            transaction.insert(OLD_FLOWS, rows)
            made = [
                {"id": name, "flow_id": flow_id, "created_us": us, "revision": 3}
                for name, (flow_id, us, _) in objects.items()
            ]
            transaction.insert(OBJECTS, made)

        Database(connection).write(work)

        assert f"{len(objects)} rows of objects.flow_created_us" in provision(connection)

        columns = ["id", "flow_created_us", "revision"]
        rows = Database(connection).read(
            lambda it: it.select(OBJECTS, col["revision"] == 4, columns)
        )
        assert {row["id"]: row["flow_created_us"] for row in rows} == {
            name: expected for name, (_, _, expected) in objects.items()
        }


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


def test_what_writers_hold_is_filled_when_they_let_go(tmp_path: Path) -> None:
    """A writer in the way costs a new attempt with fewer rows, and the migration goes on."""
    with store(unpacked("unnumbered", tmp_path) / "vast") as (connection, vast):
        add_old_objects(connection, 10)
        vast.inject(
            FaultAction.ERROR,
            "update_rows",
            path_contains="objects",
            times=3,
            status=409,
            code="Conflict",
        )

        assert "10 rows of objects.flow_created_us" in provision(connection)
        assert schema_status(connection).is_ready


def test_flows_learn_whether_anything_collects_them(tmp_path: Path) -> None:
    with store(unpacked("unnumbered", tmp_path) / "vast") as (connection, _):

        def work(transaction: VastTransaction) -> None:
            flows = [{"id": name, "revision": 5} for name in ("parent", "child", "alone")]
            transaction.insert(OLD_FLOWS, flows)
            transaction.insert(COLLECTIONS, [{"parent_id": "parent", "child_id": "child"}])

        Database(connection).write(work)

        provision(connection)

        columns = ["id", "revision", "unrelated_revision"]
        wanted = col["id"].isin(["parent", "child", "alone"])
        rows = Database(connection).read(lambda it: it.select(FLOWS, wanted, columns))
        unrelated = {row["id"]: row["unrelated_revision"] == row["revision"] for row in rows}
        assert unrelated == {"parent": False, "child": False, "alone": True}


def test_sources_learn_whether_anything_collects_them(tmp_path: Path) -> None:
    with store(unpacked("unnumbered", tmp_path) / "vast") as (connection, _):

        def work(transaction: VastTransaction) -> None:
            sources = [{"id": name, "revision": 5} for name in ("parent", "child", "alone")]
            transaction.insert(OLD_SOURCES, sources)
            row = {"parent_source_id": "parent", "child_source_id": "child"}
            transaction.insert(COLLECTIONS, [{"parent_id": "p", "child_id": "c", **row}])

        Database(connection).write(work)

        provision(connection)

        columns = ["id", "revision", "unrelated_revision"]
        wanted = col["id"].isin(["parent", "child", "alone"])
        rows = Database(connection).read(lambda it: it.select(SOURCES, wanted, columns))
        unrelated = {row["id"]: row["unrelated_revision"] == row["revision"] for row in rows}
        assert unrelated == {"parent": False, "child": False, "alone": True}


def test_flows_and_sources_with_a_policy_are_looked_at(tmp_path: Path) -> None:
    tags: dict[str, Tags] = {
        "tagged": {"retention": "P1D"},
        "plain": {"retentions": "P1D"},
        "none": {},
    }
    with store(unpacked("unnumbered", tmp_path) / "vast") as (connection, _):

        def work(transaction: VastTransaction) -> None:
            for name, own in tags.items():
                row = {"id": name, "tags": tags_text(own), "revision": 5}
                transaction.insert(OLD_FLOWS, [row])
                transaction.insert(OLD_SOURCES, [row])

        Database(connection).write(work)

        assert "1 rows of flows.retention_us" in provision(connection)

        for table in (FLOWS, SOURCES):
            wanted = col["id"].isin(list(tags))
            found = Database(connection).read(
                lambda it: it.select(table, wanted, ["id", "retention_us"])  # noqa: B023
            )
            looks = {row["id"]: row["retention_us"] for row in found}
            assert looks == {"tagged": 0, "plain": None, "none": None}
        flow = ["revision", "unrelated_revision"]
        (row,) = Database(connection).read(lambda it: it.select(FLOWS, col["id"] == "tagged", flow))
        assert row["revision"] == row["unrelated_revision"]
