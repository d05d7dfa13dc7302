"""`tams admin clean`: finds what is left over, and removes it when told to."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.confirming import confirm
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
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help="Remove what was found, after you have typed a confirmation."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    key_age_hours: Annotated[
        float,
        typer.Option(
            min=1.0, help="Leave alone media without an Object that is younger than so many hours."
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
    """List what is left over in the tables and buckets. With --remove or --yes, remove it.

    The sweeper removes most of it by itself. Media without an Object stays until you remove it here. Each
    thing is looked at again in the transaction that decides, so nothing goes that a row still needs.

    Never remove media from buckets that another store uses: its Objects are not known here.
    """
    environment = environment_of(context, stack, vast_url, data, s3_url)
    options = ["--key-age-hours", str(key_age_hours), *(["--sole-owner"] if sole_owner else [])]
    options += kinds or []
    found = result_of(_PROGRAM, environment, *options, words="looking")
    number = sum(each["count"] for each in found["kinds"].values() if not each["held"])
    if not as_json:
        _tell(found)
    if (remove or yes) and number:
        if not yes:
            confirm(_warning(found, number), found["schema"])
        removed = result_of(_PROGRAM, environment, "--remove", *options, words="removing")
        for name, each in removed["kinds"].items():
            found["kinds"][name] |= each
        if not as_json:
            _tell_removed(found)
    if as_json:
        out.print_json(json.dumps(found))


def _tell(found: Mapping[str, Any]) -> None:
    out.print(leftovers_table(found["kinds"]))
    for each in found["kinds"].values():
        for remark in each["remarks"]:
            err.print(f"note: {remark}", highlight=False, markup=False, soft_wrap=True)
        if each["held"]:
            beside = ", ".join(found["stores_beside"])
            err.print(
                f"note: {each['title']} will not be removed, because VAST holds other stores ({beside}), "
                "whose media may be in the same buckets. --sole-owner says that it is not.",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )


def _tell_removed(found: Mapping[str, Any]) -> None:
    for name, each in found["kinds"].items():
        if each["count"] or each["removed"]:
            out.print(f"{name:12} {each['removed']} removed", highlight=False)


def _warning(found: Mapping[str, Any], number: int) -> str:
    keys = found["kinds"].get("keys", {"count": 0, "held": True})
    media = ""
    if keys["count"] and not keys["held"]:
        buckets = ", ".join(found["buckets"])
        media = (
            f" Among them is media in {buckets} that no Object of this store knows: if another store uses "
            "these buckets, stop here."
        )
    return f"{number} leftovers of the schema {found['schema']} will be removed for good.{media}"
