"""`tams admin clean`: finds what is left over."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.console import err, out
from cli.options import AsJson
from cli.programs import result_of
from cli.stacks import LOCAL_DATA, LOCAL_S3, LOCAL_VAST, Data, S3Url, Stack, VastUrl
from cli.tables import leftovers_table
from cli.variables import environment_of

_PROGRAM = "tams.runtime.clean"


def clean(
    context: typer.Context,
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KIND",
            help="Only these kinds: deletions, collections, batches, allocations, objects, keys. "
            "Default: all kinds.",
        ),
    ] = None,
    key_age_hours: Annotated[
        float,
        typer.Option(
            min=1.0, help="Leave out media without an Object that is younger than so many hours."
        ),
    ] = 24.0,
    sole_owner: Annotated[
        bool,
        typer.Option(
            "--sole-owner",
            help="The buckets belong to this store alone, although VAST holds other stores.",
        ),
    ] = False,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    s3_url: S3Url = LOCAL_S3,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """List what is left over in the tables and buckets, and change nothing.

    The sweeper removes most of it by itself, in time. What stays is media without an Object.
    """
    environment = environment_of(context, stack, vast_url, data, s3_url)
    options = ["--key-age-hours", str(key_age_hours), *(["--sole-owner"] if sole_owner else [])]
    options += kinds or []
    found = result_of(_PROGRAM, environment, *options, words="looking")
    if as_json:
        out.print_json(json.dumps(found))
    else:
        _tell(found)


def _tell(found: Mapping[str, Any]) -> None:
    out.print(leftovers_table(found["kinds"]))
    for each in found["kinds"].values():
        for remark in each["remarks"]:
            err.print(f"note: {remark}", highlight=False, markup=False, soft_wrap=True)
        if each["held"]:
            beside = ", ".join(found["stores_beside"])
            err.print(
                f"note: {each['title']} may belong to other stores that VAST holds ({beside}), if they use "
                "the same buckets. --sole-owner says that they do not.",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )
