"""An import that is killed at any moment goes on when it is run again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from backup import arrow_rows, exporting, importing
from backup.exporting import export_store
from backup.importing import import_store
from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.repositories.database import Database
from tams.repositories.schema_status import schema_status
from tams.repositories.session import VastConnection
from tams.repositories.tables import FLOWS, SEGMENTS
from tams.repositories.transaction import VastTransaction
from tams.runtime.clock import utc_now
from tams.runtime.vast import vast_connection
from tests.integration.backup.stores import insert, rows_of, same_rows, silent
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from tests.waiting import until
from vastlocal.control import Control


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One for all tests here, which import into schemas of their own."""
    with a_vast_with_tables(tmp_path_factory.mktemp("vast")) as url:
        yield url


@pytest.fixture(scope="module")
def store(vast_url: str) -> VastConnection:
    connection = vast_connection(settings_for(vast_url))
    for table in (FLOWS, SEGMENTS):
        insert(connection, table, rows_of(table, 25))
    return connection


@pytest.fixture(scope="module")
def exported(store: VastConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With many row groups, each of which is a transaction of the import."""
    folder = tmp_path_factory.mktemp("export") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "_GROUP_ROWS", 500)
        patch.setattr(arrow_rows, "_FIRST_ROWS", 10)
        patch.setattr(arrow_rows, "_ROWS_MAX", 500)
        export_store(store, folder, silent(), utc_now())
    return folder


@pytest.fixture
def empty(vast_url: str) -> VastConnection:
    return vast_connection(settings_for(vast_url, schema=f"restored-{uuid4()}"))


def killed_import(
    vast_url: str, vast: Control, to: VastConnection, folder: Path, commits: int
) -> None:
    """Kills the import with its nth commit, or lets it end if it needs fewer."""
    there = {"ENDPOINT": vast_url, "BUCKET": "tams", "ACCESS_KEY": "K", "SECRET_KEY": "S"}
    told = {f"TAMS_VAST__{name}": value for name, value in there.items()}
    told["TAMS_VAST__SCHEMA"] = to.schema
    vast.reset()
    with subprocess.Popen(
        [sys.executable, "-m", "backup", "import", str(folder)],
        env={**os.environ, **told},
        stdout=subprocess.DEVNULL,
    ) as running:
        until(
            lambda: (
                running.poll() is not None or vast.counters().requests.get("commit", 0) >= commits
            )
        )
        running.send_signal(signal.SIGKILL)
    vast.expire()  # as VAST ends the transaction of a process that is gone, sooner or later


@pytest.mark.parametrize("commits", [1, 12, 30])
def test_it_goes_on_after_a_kill(
    vast_url: str,
    vast: Control,
    store: VastConnection,
    empty: VastConnection,
    exported: Path,
    commits: int,
) -> None:
    for _ in range(2):
        killed_import(vast_url, vast, empty, exported, commits)
        status = schema_status(empty)
        assert status.is_ready or status.fault

    if not schema_status(empty).is_ready:
        import_store(empty, exported, silent())

    assert same_rows(store, empty)
    assert schema_status(empty).is_ready


def test_until_it_has_ended_nothing_uses_the_tables(
    vast_url: str, vast: Control, empty: VastConnection, exported: Path
) -> None:
    killed_import(vast_url, vast, empty, exported, 3)

    assert "still being imported" in (schema_status(empty).fault or "")


def test_another_export_does_not_mix_with_one_that_was_interrupted(
    vast_url: str,
    vast: Control,
    store: VastConnection,
    empty: VastConnection,
    exported: Path,
    tmp_path: Path,
) -> None:
    killed_import(vast_url, vast, empty, exported, 3)
    other = tmp_path / "other"
    export_store(store, other, silent(), utc_now())

    with pytest.raises(InvalidRequestError, match="the import of another export is unfinished"):
        import_store(empty, other, silent())

    import_store(empty, exported, silent())
    assert same_rows(store, empty)


def test_it_says_what_to_do_while_the_transaction_of_a_killed_import_is_open(
    vast_url: str,
    vast: Control,
    empty: VastConnection,
    exported: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed_import(vast_url, vast, empty, exported, 3)
    monkeypatch.setattr(importing, "PATIENCE_SECONDS", 1.0)

    def hold(transaction: VastTransaction) -> None:
        columns = ["row_groups", "revision"]
        rows = transaction.select(importing.PROGRESS, None, columns, with_row_id=True)
        transaction.update(importing.PROGRESS, rows)
        with pytest.raises(BackendUnavailableError, match="Run it again in a few minutes"):
            import_store(empty, exported, silent())

    Database(empty).write(hold)

    import_store(empty, exported, silent())
    assert schema_status(empty).is_ready


def test_an_export_that_was_killed_is_not_taken_for_a_whole_one(
    store: VastConnection, empty: VastConnection, vast_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "export"

    class Killed(BaseException):
        """As sudden as SIGKILL: nothing tidies up."""

    class Progress:
        def stage(self, words: str) -> None:
            if words == "segments":
                raise Killed

        def begin(self, total: int) -> None:
            """Not of interest."""

        def advance(self, by: int) -> None:
            """Not of interest."""

    with pytest.raises(Killed):
        export_store(store, folder, Progress(), utc_now())

    with pytest.raises(InvalidRequestError, match="is unfinished: it cannot be imported"):
        import_store(empty, folder, silent())
    with pytest.raises(InvalidRequestError, match="holds an unfinished export: remove it"):
        export_store(store, folder, silent(), utc_now())
