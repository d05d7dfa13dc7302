"""`tams admin export` and `tams admin import`: all tables of a store as files, and back."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.console import out
from cli.options import AsJson
from cli.programs import result_of
from cli.stacks import LOCAL_DATA, LOCAL_VAST, Data, Stack, VastUrl
from cli.variables import environment_of

_PROGRAM = "backup"


def export_tables(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder to write. It must be new or empty.")
    ],
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Write all tables of the store to a folder, as Parquet, from one consistent snapshot.

    The service keeps running. Media is not included. The files hold the secrets of webhooks, so only you can
    read them. A folder that has a file UNFINISHED, or no manifest.json, is incomplete.
    """
    environment = environment_of(context, stack, vast_url, data)
    found = result_of(_PROGRAM, environment, "export", str(folder), words="export")
    if as_json:
        out.print_json(json.dumps(found))
        return
    tables = len(found["tables"])
    out.print(
        f"{found['rows']} rows of {tables} tables, schema version {found['schema_version']}, in {folder}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def import_tables(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder that `tams admin export` wrote.")
    ],
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Fill an empty schema from an export, and migrate it for this release.

    The schema must have no tables; set TAMS_VAST__SCHEMA to choose another one. All files are checked first.
    After an interruption, run it again to resume. Until it is done, functions on that schema answer 503.
    """
    environment = environment_of(context, stack, vast_url, data)
    found = result_of(_PROGRAM, environment, "import", str(folder), words="import")
    if as_json:
        out.print_json(json.dumps(found))
        return
    out.print(f"the store is now in the schema {found['schema']}", highlight=False, markup=False)
