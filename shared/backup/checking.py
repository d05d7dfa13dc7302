"""Is an export what was exported? All of it is looked at before anything is written."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backup.folder import MANIFEST, digest_of
from backup.manifest import FileEntry, Manifest, TableEntry
from tams.errors import InvalidRequestError
from tams.ports import Progress


def check_files(folder: Path, manifest: Manifest, progress: Progress) -> None:
    """Every file must be what was exported, to the byte, and hold what the manifest says.

    Raises InvalidRequestError.
    """
    progress.stage("checking the files")
    progress.begin(sum(file.size_bytes for table in manifest.tables for file in table.files))
    for table in manifest.tables:
        if sum(file.rows for file in table.files) != table.rows:
            raise InvalidRequestError(
                f"{folder / MANIFEST} is damaged: the files of {table.name} do not hold {table.rows} rows"
            )
        for file in table.files:
            _check_file(folder / file.name, file, table, progress)


def _check_file(path: Path, file: FileEntry, table: TableEntry, progress: Progress) -> None:
    try:
        size = path.stat().st_size
        if size != file.size_bytes:
            raise InvalidRequestError(
                f"{path} is damaged: it has {size} bytes, but {file.size_bytes} were exported"
            )
        if digest_of(path, progress) != file.sha256:
            raise InvalidRequestError(f"{path} is damaged: its digest does not match the manifest")
        found = pq.read_metadata(path)
    except FileNotFoundError as error:
        raise InvalidRequestError(f"{path} is missing from the export") from error
    except OSError as error:
        raise InvalidRequestError(f"{path} cannot be read: {error.strerror or error}") from error
    except pa.ArrowException as error:
        raise InvalidRequestError(f"{path} is damaged: it is not Parquet") from error
    held = (found.num_rows, found.num_row_groups, set(found.schema.to_arrow_schema().names))
    if held != (file.rows, file.row_groups, set(table.columns)):
        raise InvalidRequestError(
            f"{path} is not what {MANIFEST} says: one of them belongs to another export"
        )
