"""The rows of a query as CSV, JSON or Parquet, written by DuckDB as it reads: no more than a few are held."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sql.engine import Engine
from sql.faults import QueryError


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


_AT_ONCE = "USE_TMP_FILE false"
_OPTIONS = {
    Format.CSV: ("FORMAT csv", "HEADER true", _AT_ONCE),
    Format.JSON: ("FORMAT json", "ARRAY true", _AT_ONCE),
    Format.PARQUET: ("FORMAT parquet", "COMPRESSION zstd", _AT_ONCE),
}
_CHUNK_BYTES = 1 << 16


def format_of(path: Path) -> Format:
    """The format that a file's suffix names. Raises QueryError."""
    name = {".csv": Format.CSV, ".json": Format.JSON, ".parquet": Format.PARQUET}.get(
        path.suffix.lower()
    )
    if name is None:
        raise QueryError(f"{path}: give --format, or a name that ends in .csv, .json or .parquet")
    return name


def write_file(engine: Engine, query: str, format_: Format, path: Path) -> int:
    """Writes a file, which is there only when it is whole. Returns how many rows it has."""
    if path.exists() and not path.is_file():
        # Whoever may would replace a device, such as /dev/stdout, for everyone on the machine.
        raise QueryError(f"{path} is not a file: without --output, rows go to standard output")
    part = part_of(path)
    try:
        rows = engine.copy(query, str(part), _OPTIONS[format_])
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


def part_of(path: Path) -> Path:
    """Where a file is until it is whole."""
    return path.with_name(f"{path.name}.part")


def write_folder(engine: Engine, query: str, folder: Path, partition: str) -> int:
    """Writes Parquet files in folders such as `day=2026-01-31`. Returns how many rows they have."""
    if folder.exists() and not folder.is_dir():
        raise QueryError(f"{folder} is a file: give a new folder")
    if folder.exists() and any(folder.iterdir()):
        raise QueryError(f"{folder} is not empty: give a new folder")
    column = '"' + partition.replace('"', '""') + '"'
    options = ("FORMAT parquet", "COMPRESSION zstd", f"PARTITION_BY ({column})")
    return engine.copy(query, str(folder), options)


def write_stream(engine: Engine, query: str, format_: Format, stream: BinaryIO) -> None:
    """Raises BrokenPipeError if nobody reads the stream any more."""
    with _pipe_to(stream, engine) as pipe:
        engine.copy(query, pipe, _OPTIONS[format_])


@contextmanager
def _pipe_to(stream: BinaryIO, engine: Engine) -> Iterator[str]:
    """The name of a file whose content goes to a stream."""
    reader, writer = os.pipe()
    pump = _Pump(reader, stream, engine)
    pump.start()
    try:
        with engine.door.leading_to(writer) as name:
            yield name
    except KeyboardInterrupt:
        if pump.failure is not None:
            raise pump.failure from None
        raise
    finally:
        os.close(writer)
        pump.join()
        os.close(reader)
    if pump.failure is not None:
        raise pump.failure


class _Pump(threading.Thread):
    def __init__(self, reader: int, stream: BinaryIO, engine: Engine) -> None:
        super().__init__(daemon=True)
        self._reader = reader
        self._stream = stream
        self._engine = engine
        self.failure: OSError | None = None

    def run(self) -> None:
        while chunk := os.read(self._reader, _CHUNK_BYTES):
            if self.failure is not None:
                continue  # DuckDB must not wait for a pipe that nobody reads
            try:
                self._stream.write(chunk)
                self._stream.flush()
            except OSError as error:
                self.failure = error
                self._engine.interrupt()
