"""`tams sql`: questions about the whole store, in SQL."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.programs import run
from cli.stacks import LOCAL_DATA, LOCAL_VAST, Data, Stack, VastUrl
from cli.variables import environment_of

_PROGRAM = "sql"


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def sql(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Files with queries.", show_default=False),
    ] = None,
    command: Annotated[
        list[str] | None,
        typer.Option(
            "--command",
            "-c",
            metavar="SQL",
            help="A query, or several with semicolons between. May be repeated.",
        ),
    ] = None,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="How to write rows. Default: by the name of --output, otherwise as a table.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write the rows to. It is replaced if it exists."
        ),
    ] = None,
    partition: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Write Parquet files for each value of this column, such as day, to the folder --output.",
        ),
    ] = None,
    memory: Annotated[
        str,
        typer.Option(
            envvar="TAMS_SQL_MEMORY",
            help="The most memory that a query may use. What does not fit goes to temporary files.",
        ),
    ] = "1GB",
    spill: Annotated[
        Path | None,
        typer.Option(
            envvar="TAMS_SQL_SPILL",
            help="Folder for these temporary files. Default: the system's.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    allow_files: Annotated[
        bool,
        typer.Option("--allow-files", help="Let queries read local files, such as 'list.csv'."),
    ] = False,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
) -> None:
    """Ask the whole store in SQL. Without a query, this is a shell.

    The views are sources, flows, segments, objects, instances, collections, events, deletions and
    recycle_bin. They show what the API shows. Those with _all after the name, such as segments_all, have what
    is deleted too. In the shell, .schema flows says what each column means.

    tams sql -c "SELECT format_name, count(*) AS flows FROM flows GROUP BY ALL"

    tams sql -c "FROM segments WHERE day = '2026-11-27'" -o segments.parquet

    The language is DuckDB's SQL, and queries only read. All of a query comes from one snapshot of VAST, which
    sends only the columns and rows that it needs. Like `tams admin`, this command reads VAST itself, so it
    sees resources of all classes.
    """
    _check(output, partition, format_)
    environment = environment_of(context, stack, vast_url, data)
    arguments = [
        *(f"--command={each}" for each in command or ()),
        *([] if format_ is None else [f"--format={format_}"]),
        *([] if output is None else [f"--output={output}"]),
        *([] if partition is None else [f"--partition={partition}"]),
        f"--memory={memory}",
        *([] if spill is None else [f"--spill={spill}"]),
        *(["--allow-files"] if allow_files else []),
        "--",
        *map(str, files or ()),
    ]
    code = run(_PROGRAM, environment, *arguments)
    if code:
        raise typer.Exit(code)


def _check(output: Path | None, partition: str | None, format_: Format | None) -> None:
    """Raises BadParameter."""
    if partition is not None and output is None:
        raise typer.BadParameter("needs --output, the folder to write to", param_hint="--partition")
    if partition is not None and format_ not in {None, Format.PARQUET}:
        raise typer.BadParameter("writes Parquet only", param_hint="--partition")
    if format_ is Format.TABLE and output is not None:
        raise typer.BadParameter("a file can be csv, json or parquet", param_hint="--format")
    if format_ is Format.PARQUET and output is None and sys.stdout.isatty():
        raise typer.BadParameter(
            "Parquet is not for a terminal: give --output", param_hint="--format"
        )
