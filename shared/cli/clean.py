"""`tams admin clean`: finds leftovers, and removes them on request."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.commands import FAILED
from cli.confirming import Yes, confirm
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
            min=1.0, help="Leave out media without an Object that is younger than this many hours."
        ),
    ] = 24.0,
    sole_owner: Annotated[
        bool,
        typer.Option(
            "--sole-owner",
            help="The buckets belong to this store alone, although VAST holds other stores.",
        ),
    ] = False,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help="Remove what is found. Without this option, nothing changes."
        ),
    ] = False,
    yes: Yes = False,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    s3_url: S3Url = LOCAL_S3,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """List leftovers in the tables and buckets. With --remove, remove them.

    The sweeper removes most of them in time, but not media without an Object, and not broken entries of
    collections. The command checks each item again just before it removes it, and keeps anything in
    use by then.

    The exit code is 1 if something that should be removed could not be. Run the command again to continue.
    """
    environment = environment_of(context, stack, vast_url, data, s3_url)
    options = ["--key-age-hours", str(key_age_hours), *(["--sole-owner"] if sole_owner else [])]
    options += kinds or []
    if not (remove and yes):
        found = result_of(_PROGRAM, environment, *options, words="looking")
        if not as_json:
            _tell(found)
        if remove and (number := _removable(found)):
            items = "1 item" if number == 1 else f"{number} items"
            confirm(f"About to delete {items} for good, from {_place(found)}.", "remove")
        elif remove and not as_json:
            out.print("nothing to remove")
    if remove and (yes or number):
        found = result_of(_PROGRAM, environment, "--remove", *options, words="removing")
        if not as_json:
            _tell_removed(found)
    if as_json:
        out.print_json(json.dumps(found))
    if remove and any(_stays(each, is_named=bool(kinds)) for each in found["kinds"].values()):
        raise typer.Exit(FAILED)


def _removable(found: Mapping[str, Any]) -> int:
    return sum(each["count"] for each in found["kinds"].values() if not each["held"])


def _place(found: Mapping[str, Any]) -> str:
    buckets = found["buckets"]
    words = "buckets" if len(buckets) > 1 else "bucket"
    return f"the schema {found['schema']} and the {words} {', '.join(buckets)}"


def _stays(each: Mapping[str, Any], *, is_named: bool) -> bool:
    """Whether something remains that should have been removed. Doubtful kinds count only if named."""
    return bool(each["error"] or (is_named and each["held"]))


def _tell(found: Mapping[str, Any]) -> None:
    out.print(leftovers_table(found["kinds"]))
    for each in found["kinds"].values():
        for remark in each["remarks"]:
            _note(f"note: {remark}")
        for doubt in each["held"]:
            _note(
                f"note: {each['title']} will not be removed: {doubt}. --sole-owner says that the buckets "
                "belong to this store alone."
            )


def _tell_removed(found: Mapping[str, Any]) -> None:
    for name, each in found["kinds"].items():
        out.print(f"{name:12} {each['removed'] or 0} removed", highlight=False, markup=False)
        if each["error"]:
            _note(f"{name}: {each['error']}")
        for doubt in each["held"]:
            _note(f"{name}: {each['count']} not removed, because {doubt} (see --sole-owner)")


def _note(text: str) -> None:
    err.print(text, highlight=False, markup=False, soft_wrap=True)
