"""An export holds every row of one snapshot, and an import brings back exactly that."""

import json
import stat
from pathlib import Path
from threading import Event, Thread

import pyarrow.parquet as pq
import pytest

from backup import exporting
from backup.arrow_rows import insert_rows, read_rows
from backup.exporting import COPIED, export_store
from backup.importing import import_store
from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.projections import ProjectionState
from tams.repositories.provision import provision
from tams.repositories.schema_status import schema_status
from tams.repositories.schema_version import KNOWN
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.tables import FLOWS
from tams.runtime.clock import utc_now
from tests.integration.backup.stores import (
    content,
    insert,
    rows_of,
    same_rows,
    silent,
    without_column,
    without_table,
)
from tests.waiting import until
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction


def test_every_row_and_value_comes_back(
    store: VastConnection, empty: VastConnection, exported: Path
) -> None:
    import_store(empty, exported, silent())

    assert same_rows(store, empty)
    status = schema_status(empty)
    assert status.is_ready
    assert {each.state for each in status.projections} == {ProjectionState.PRESENT}
    assert status.tables["flows"] is not None
    assert status.tables["flows"].sorting_key == ("id",)
    assert provision(empty) == []


def test_every_table_is_exported_but_that_of_the_version(exported: Path) -> None:
    manifest = json.loads((exported / "manifest.json").read_text())

    assert [each["name"] for each in manifest["tables"]] == [
        table.name for table in ALL if table is not SCHEMA_VERSION
    ]
    assert manifest["schema_version"] == KNOWN
    for table, entry in zip(COPIED, manifest["tables"], strict=True):
        assert tuple(entry["columns"]) == table.names
        files = [exported / each["name"] for each in entry["files"]]
        assert sum(pq.ParquetFile(file).metadata.num_rows for file in files) == entry["rows"]


def test_nobody_else_can_read_an_export(exported: Path) -> None:
    """It has the secrets of webhooks, and that of the event log's page keys."""
    assert stat.S_IMODE(exported.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in exported.iterdir()} == {0o600}


def test_an_export_is_one_snapshot_whatever_is_written_meanwhile(
    store: VastConnection, empty: VastConnection, tmp_path: Path
) -> None:
    before = content(store)

    class Writer:
        """Writes to each table as soon as the table before it is exported."""

        def stage(self, words: str) -> None:
            for table in (FLOWS, *COPIED[-3:]):
                if table.sorting_key:
                    late = {name: f"late {words}" for name in ("id",) if name in table.names}
                    insert(store, table, rows_of(table, 1, **late))

        def begin(self, total: int) -> None:
            """Not of interest."""

        def advance(self, by: int) -> None:
            """Not of interest."""

    export_store(store, tmp_path / "export", Writer(), utc_now())
    import_store(empty, tmp_path / "export", silent())

    assert content(store) != before
    del before[SCHEMA_VERSION.name]
    found = content(empty)
    assert {name: found[name] for name in before} == before


def test_vast_hears_of_a_snapshot_while_nothing_is_read(
    store: VastConnection, vast: Control
) -> None:
    vast.reset()
    with SnapshotDatabase(store).snapshot(beat_seconds=0.01) as transaction:
        until(lambda: vast.counters().requests.get("keep_alive", 0) >= 3)
        assert transaction.count(FLOWS, None) == 25

    assert vast.health().open_transactions == 0


def test_a_snapshot_that_vast_forgot_is_an_error_and_not_an_export(
    store: VastConnection, vast: Control, tmp_path: Path
) -> None:
    vast.inject(
        FaultAction.ERROR,
        kind="query_rows",
        skip=8,
        times=None,
        status=404,
        code="NoSuchTransaction",
    )

    with pytest.raises(Exception, match="may have expired"):
        export_store(store, tmp_path / "export", silent(), utc_now())

    assert (tmp_path / "export" / "UNFINISHED").exists()
    assert not (tmp_path / "export" / "manifest.json").exists()


def test_a_lost_connection_does_not_end_an_export(
    store: VastConnection, empty: VastConnection, vast: Control, tmp_path: Path
) -> None:
    vast.inject(FaultAction.DROP_BEFORE, kind="query_rows", path_contains="segments", skip=1)
    vast.inject(FaultAction.CUT_STREAM, kind="query_rows", path_contains="events", skip=1)

    export_store(store, tmp_path / "export", silent(), utc_now())
    import_store(empty, tmp_path / "export", silent())

    assert same_rows(store, empty)


def test_small_groups_and_files_hold_the_same(
    store: VastConnection, empty: VastConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(store, FLOWS, rows_of(FLOWS, 2_000, label="x" * 2_000))
    monkeypatch.setattr(exporting, "_GROUP_ROWS", 700)
    monkeypatch.setattr(exporting, "_FILE_GROUPS", 1)

    manifest = export_store(store, tmp_path / "export", silent(), utc_now())
    import_store(empty, tmp_path / "export", silent())

    flows = next(each for each in manifest.tables if each.name == "flows")
    assert len(flows.files) > 1
    assert flows.rows == 2_025
    assert same_rows(store, empty)


def test_an_export_of_an_earlier_version_is_migrated(
    empty: VastConnection, exported: Path, store: VastConnection
) -> None:
    without_column(exported, "sources", "kept")
    without_table(exported, "batches")
    path = exported / "manifest.json"
    path.write_text(path.read_text().replace(f'"schema_version": {KNOWN}', '"schema_version": 3'))

    done = import_store(empty, exported, silent())

    assert "column sources.kept" in done
    assert "table batches" in done
    assert schema_status(empty).is_ready
    assert content(empty)["flows"] == content(store)["flows"]


def test_a_store_of_another_version_is_not_exported(store: VastConnection, tmp_path: Path) -> None:
    from tests.integration.old_tables import set_version  # noqa: PLC0415

    for version, words in ((KNOWN - 1, "make provision"), (KNOWN + 1, "knows only")):
        set_version(store, version=version)
        with pytest.raises(Exception, match=words):
            export_store(store, tmp_path / str(version), silent(), utc_now())


def test_rows_larger_than_a_request_are_split(empty: VastConnection) -> None:
    """Twenty columns of a hundred kilobytes make two megabytes in a row."""
    provision(empty)
    wide = {name: name * (100_000 // len(name)) for name in FLOWS.names if name != "id"}
    texts = {name for name, kind in FLOWS.columns if kind.value == "utf8"}
    row = {name: text for name, text in wide.items() if name in texts}
    rows = [{"id": str(number), **row} for number in range(7)]
    insert(empty, FLOWS, rows)

    with SnapshotDatabase(empty).snapshot() as transaction:
        batches = list(read_rows(transaction, FLOWS))
    assert sum(batch.num_rows for batch in batches) == 7

    def again(it: object) -> None:
        for batch in batches:
            insert_rows(it, FLOWS, batch)  # type: ignore[arg-type]

    Database(empty).write(again)
    found = Database(empty).read(lambda it: it.select(FLOWS, None, FLOWS.names))
    assert len(found) == 14
    assert all(row["label"] == found[0]["label"] for row in found)


def test_two_imports_at_once_load_every_row_once(
    store: VastConnection, empty: VastConnection, exported: Path
) -> None:
    failures: list[BaseException] = []
    ready = Event()

    def run() -> None:
        ready.wait()
        try:
            import_store(empty, exported, silent())
        except Exception as error:  # noqa: BLE001 - judged below
            failures.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join()

    assert len(failures) < 2, failures
    assert all("not empty" in str(failure) for failure in failures), failures
    assert same_rows(store, empty)
