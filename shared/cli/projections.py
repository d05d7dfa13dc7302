"""`tams admin projections`: the sorted copies that let VAST find rows by another key."""

import json
from typing import Annotated

import typer

from cli.confirming import Yes, confirm
from cli.console import out
from cli.options import AsJson
from cli.programs import result_of
from cli.stacks import LOCAL_DATA, LOCAL_VAST, Data, Stack, VastUrl
from cli.tables import projections_table
from cli.variables import environment_of

_PROGRAM = "tams.runtime.projections"


def projections(
    context: typer.Context,
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TABLE", help="Only projections of these tables. Default: all tables."
        ),
    ] = None,
    status: Annotated[
        bool,
        typer.Option(
            "--status",
            help="Show which exist, are missing, differ or are extra. This is the default.",
        ),
    ] = False,
    enable: Annotated[
        bool,
        typer.Option("--enable", help="Create the missing ones and replace those that differ."),
    ] = False,
    disable: Annotated[
        bool, typer.Option("--disable", help="Drop those that this release defines.")
    ] = False,
    yes: Yes = False,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Show, create or drop the projections of the tables on VAST.

    The API gives the same answers with and without them. Without a projection, some reads take longer
    and writes cost VAST a little less. VAST fills a new one in the background. `make provision` creates what
    is missing again.
    """
    if status + enable + disable > 1:
        raise typer.BadParameter("give one of --status, --enable and --disable")
    environment = environment_of(context, stack, vast_url, data)
    names = tables or []
    if disable and not yes:
        found = result_of(_PROGRAM, environment, "status", *names, words="projections")
        there = [each for each in found["projections"] if each["columns"] and each["found"]]
        words = ", ".join(each["name"] for each in there)
        confirm(
            f"About to drop {'1 projection' if len(there) == 1 else f'{len(there)} projections'}: {words}",
            "drop",
        )
    action = "enable" if enable else "disable" if disable else "status"
    found = result_of(_PROGRAM, environment, action, *names, words="projections")
    if as_json:
        out.print_json(json.dumps(found))
        return
    for line in found["done"]:
        name = line.removeprefix("without ")
        verb = "created" if name == line else "dropped"
        out.print(f"{verb} {name}", highlight=False, markup=False)
    out.print(projections_table(found["projections"]))
