"""An export that is not whole is refused with one clear line, before anything is written."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from backup.exporting import export_store
from backup.importing import import_store
from tams.errors import InvalidRequestError
from tams.repositories.schema_status import schema_status
from tams.repositories.schema_version import KNOWN
from tams.repositories.session import VastConnection
from tams.runtime.clock import utc_now
from tams.runtime.vast import vast_connection
from tests.cli.test_failures import refused
from tests.integration.backup.stores import (
    Json,
    change_manifest,
    entry_of,
    fill,
    silent,
    without_column,
    without_table,
)
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables

FLOWS = "flows-00000.parquet"


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One for all tests here: none of them may write to it."""
    with a_vast_with_tables(tmp_path_factory.mktemp("vast")) as url:
        yield url


@pytest.fixture(scope="module")
def store(vast_url: str) -> VastConnection:
    connection = vast_connection(settings_for(vast_url))
    fill(connection)
    return connection


@pytest.fixture(scope="module")
def whole(store: VastConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "whole"
    export_store(store, folder, silent(), utc_now())
    return folder


@pytest.fixture
def exported(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return shutil.copytree(whole, tmp_path / "export")


def cut(folder: Path) -> None:
    path = folder / FLOWS
    path.write_bytes(path.read_bytes()[:-100])


def flip(folder: Path) -> None:
    path = folder / FLOWS
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def replace_file(folder: Path) -> None:
    """By one of another export, with a manifest that was made to fit."""
    path = folder / FLOWS
    pq.write_table(pq.read_table(path).slice(1), path)
    retell(folder)


def no_parquet(folder: Path) -> None:
    (folder / FLOWS).write_bytes(b"not what it was")
    retell(folder)


def retell(folder: Path) -> None:
    content = (folder / FLOWS).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    of_flows(folder, lambda file: file.update(sha256=digest, size_bytes=len(content)))


def of_flows(folder: Path, change: Callable[[Json], object]) -> None:
    change_manifest(folder, lambda manifest: change(entry_of(manifest, "flows")["files"][0]))


def manifest_of(folder: Path, **fields: object) -> None:
    change_manifest(folder, lambda manifest: manifest.update(fields))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (cut, r"flows-00000.parquet is damaged: it has \d+ bytes, but \d+ were exported"),
    "changed": (flip, "flows-00000.parquet is damaged: its digest does not match the manifest"),
    "gone": (lambda it: (it / FLOWS).unlink(), "flows-00000.parquet is missing from the export"),
    "no Parquet": (no_parquet, "flows-00000.parquet is damaged: it is not Parquet"),
    "another": (replace_file, "flows-00000.parquet is not what manifest.json says"),
    "digest": (
        lambda it: of_flows(it, lambda file: file.update(sha256="0" * 64)),
        "its digest does not match the manifest",
    ),
    "no digest": (
        lambda it: of_flows(it, lambda file: file.update(sha256="?")),
        r"manifest.json is damaged, or of a later release: tables.\d+.files.0.sha256",
    ),
    "row groups": (
        lambda it: of_flows(it, lambda file: file.update(row_groups=2)),
        "flows-00000.parquet is not what manifest.json says",
    ),
    "rows": (
        lambda it: of_flows(it, lambda file: file.update(rows=24)),
        "manifest.json is damaged: the files of flows do not hold 25 rows",
    ),
    "path": (
        lambda it: of_flows(it, lambda file: file.update(name="../flows-00000.parquet")),
        "manifest.json is damaged",
    ),
    "table": (
        lambda it: without_table(it, "flows"),
        "the export is damaged: the table flows is missing",
    ),
    "column": (
        lambda it: without_column(it, "flows", "label"),
        "the export is damaged: flows lacks label",
    ),
    "unknown table": (
        lambda it: change_manifest(it, lambda made: entry_of(made, "flows").update(name="fruit")),
        "the export has a table that this release does not know: fruit",
    ),
    "twice": (
        lambda it: change_manifest(it, lambda made: made["tables"].append(entry_of(made, "flows"))),
        "the export has the table flows twice",
    ),
    "later": (
        lambda it: manifest_of(it, schema_version=KNOWN + 1),
        rf"the export has schema version {KNOWN + 1}, but this release knows only {KNOWN}: import it with",
    ),
    "no version": (
        lambda it: manifest_of(it, schema_version=0),
        "manifest.json is damaged, or of a later release: schema_version",
    ),
    "format": (
        lambda it: manifest_of(it, format=2),
        "manifest.json is damaged, or of a later release: format",
    ),
    "no JSON": (
        lambda it: (it / "manifest.json").write_text('{"format": 1, '),
        "manifest.json is damaged",
    ),
    "no manifest": (
        lambda it: (it / "manifest.json").unlink(),
        "has no readable manifest.json: it is not an export",
    ),
    "unfinished": (
        lambda it: (it / "UNFINISHED").touch(),
        "is unfinished: it cannot be imported",
    ),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_export_is_refused_and_nothing_is_written(
    exported: Path, empty: VastConnection, damage: Callable[[Path], object], words: str
) -> None:
    damage(exported)

    with pytest.raises(InvalidRequestError, match=words) as refusal:
        import_store(empty, exported, silent())

    assert "\n" not in str(refusal.value)
    assert set(schema_status(empty).tables.values()) == {None}


def test_the_command_says_it_in_one_line(exported: Path, vast_url: str) -> None:
    cut(exported)
    there = {"ENDPOINT": vast_url, "BUCKET": "tams", "ACCESS_KEY": "K", "SECRET_KEY": "S"}
    told = {f"TAMS_VAST__{name}": value for name, value in there.items()}

    assert "flows-00000.parquet is damaged" in refused(
        "admin", "import", str(exported), TAMS_VAST__SCHEMA="restored", **told
    )
    assert "there is no folder" in refused("admin", "import", "/nowhere", **told)
    assert "is not empty: export to a new folder" in refused(
        "admin", "export", str(exported), TAMS_VAST__SCHEMA="tams", **told
    )
    away = {**told, "TAMS_VAST__ENDPOINT": "http://127.0.0.1:9"}
    assert "VAST did not answer" in refused("admin", "export", str(exported / "new"), **away)


def test_a_schema_that_is_in_use_is_left_alone(exported: Path, store: VastConnection) -> None:
    with pytest.raises(InvalidRequestError, match="never mixes with existing data"):
        import_store(store, exported, silent())


def test_an_export_to_a_folder_with_content_is_refused(
    exported: Path, store: VastConnection
) -> None:
    before = {each: each.read_bytes() for each in exported.iterdir()}

    with pytest.raises(InvalidRequestError, match="is not empty"):
        export_store(store, exported, silent(), utc_now())

    assert {each: each.read_bytes() for each in exported.iterdir()} == before
