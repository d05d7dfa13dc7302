"""Migrations that fill new columns of old rows."""

from pathlib import Path

from tams.models.common import Tags
from tams.models.stored_objects import FLOW_GONE_US
from tams.repositories.database import Database
from tams.repositories.object_tables import OBJECTS
from tams.repositories.predicates import tags_text
from tams.repositories.provision import provision
from tams.repositories.schema_status import schema_status
from tams.repositories.table import INT, TEXT, Table, columns
from tams.repositories.tables import COLLECTIONS, FLOWS, SOURCES
from tams.repositories.transaction import VastTransaction
from tams.vast.where import col
from tests.integration.kept_data import unpacked
from tests.integration.old_tables import add_old_objects, store
from vastlocal.http.faults import FaultAction

_OLD_COLUMNS = columns(id=TEXT, tags=TEXT, created_us=INT, revision=INT)
OLD_FLOWS = Table("flows", _OLD_COLUMNS, sorting_key=("id",))
OLD_SOURCES = Table("sources", _OLD_COLUMNS, sorting_key=("id",))
"""Only what the tests write: a later version added columns."""


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
