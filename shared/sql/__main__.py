"""`python -m sql`: what `tams sql` does. It speaks for itself, and ends with 1 after an error in one line."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from cli.console import err, out
from sql.engine import Engine, Limits
from sql.faults import QueryError
from sql.progress import Progress
from sql.result_table import ROWS_MAX, show_rows
from sql.shell import Shell
from sql.writing import Format, format_of, part_of, write_file, write_folder, write_stream
from tams.errors import RequestFailedError
from tams.runtime.operator_settings import SettingsError, operator_settings
from tams.runtime.vast import vast_connection

FAILED, INTERRUPTED = 1, 130


class Program:
    def __init__(self, arguments: argparse.Namespace, spill_folder: Path) -> None:
        self._output: Path | None = arguments.output
        self._partition: str | None = arguments.partition
        self._format = _format(arguments)
        self._progress = Progress(err)
        limits = Limits(
            arguments.memory,
            spill_folder,
            _writes_to(self._output),
            reads_files=arguments.allow_files,
        )
        connection = vast_connection(operator_settings())
        self._engine = Engine(connection, limits, self._progress.told)

    def run(self, texts: Sequence[str]) -> None:
        """Raises QueryError, RequestFailedError."""
        queries = [query for text in texts for query in self._engine.statements(text)]
        if self._output is not None:
            if len(queries) != 1:
                raise QueryError(f"--output takes one query, but there are {len(queries)}")
            self._write(queries[0], self._output)
            return
        for query in queries:
            self._show(query)

    def shell(self) -> None:
        Shell(lambda text: self.run([text]), out, err).run()

    def _show(self, query: str) -> None:
        self._progress.begin()
        try:
            if self._format is not Format.TABLE:
                write_stream(self._engine, query, self._format, sys.stdout.buffer)
                return
            with self._engine.result(query) as result:
                names = [each[0] for each in result.description or ()]
                rows = result.fetchmany(ROWS_MAX + 1)
        finally:
            self._progress.end()
        if names[:1] == ["explain_key"]:
            for _, plan in rows:
                out.print(Text(plan), soft_wrap=True)
            return
        show_rows(out, names, rows)

    def _write(self, query: str, output: Path) -> None:
        self._progress.begin()
        try:
            if self._partition is not None:
                rows = write_folder(self._engine, query, output, self._partition)
            else:
                rows = write_file(self._engine, query, self._format, output)
        finally:
            self._progress.end()
        err.print(f"{rows:,} rows in {output}", highlight=False, markup=False, soft_wrap=True)


def main(given: Sequence[str] | None = None) -> int:
    arguments = _arguments(given)
    try:
        with tempfile.TemporaryDirectory(prefix="tams-sql-", dir=arguments.spill) as folder:
            program = Program(arguments, Path(folder))
            texts = [*arguments.command, *(_read(path) for path in arguments.files)]
            if texts:
                program.run(texts)
            elif sys.stdin.isatty():
                program.shell()
            else:
                program.run([sys.stdin.read()])
    except (QueryError, RequestFailedError, SettingsError) as error:
        err.print(Text.assemble(("tams: ", "red"), str(error)), soft_wrap=True)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has enough.
        _close_output()
        return FAILED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        err.print(Text.assemble(("tams: ", "red"), f"{where}{error.strerror}"), soft_wrap=True)
        try:
            sys.stdout.flush()
        except OSError:
            _close_output()
        return FAILED
    return 0


def _close_output() -> None:
    """Python would complain when it closes a stream that takes nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sql", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("-c", "--command", action="append", default=[])
    parser.add_argument("--format", choices=list(Format))
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--partition")
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--spill")
    parser.add_argument("--allow-files", action="store_true")
    return parser.parse_args(given)


def _format(arguments: argparse.Namespace) -> Format:
    if arguments.partition is not None:
        return Format.PARQUET
    if arguments.format is not None:
        return Format(arguments.format)
    return Format.TABLE if arguments.output is None else format_of(arguments.output)


def _writes_to(output: Path | None) -> tuple[Path, ...]:
    if output is None:
        return ()
    return output, part_of(output)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise QueryError(f"{path}: {reason}") from None


if __name__ == "__main__":
    sys.exit(main())
