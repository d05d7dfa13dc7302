"""`tams admin backend`: buckets of media that the template did not make."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.commands import FAILED
from cli.console import out
from cli.options import AsJson, is_given
from cli.programs import result_of
from cli.stacks import LOCAL_DATA, LOCAL_S3, LOCAL_VAST, Data, S3Url, Stack
from cli.variables import environment_of

_PROGRAM = "tams.runtime.backend"

app = typer.Typer(
    help="Check and set up the buckets of storage backends that the template did not create.",
    no_args_is_help=True,
)

Backend = Annotated[
    str | None,
    typer.Argument(metavar="BACKEND", help="Id or label of one storage backend. Default: all."),
]


@app.command()
def check(
    context: typer.Context,
    backend: Backend = None,
    origin: Annotated[
        str, typer.Option(help="Origin of a web page that should be able to use the media.")
    ] = "https://example.com",
    stack: Stack = None,
    s3_url: S3Url = LOCAL_S3,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Try everything that clients and functions do with the buckets, and say how to fix what fails.

    It uploads a small object with a key of odd characters, copies it and deletes both. It uses the backends
    of --stack if you give it, otherwise those of TAMS_STORAGE_BACKENDS, otherwise the local stack's.

    The exit code is 0 if all is well, otherwise 1.
    """
    environment = _environment(context, stack, s3_url, data)
    found = _answer(environment, "check", backend, [origin])
    if as_json:
        out.print_json(json.dumps(found))
    else:
        for each in found:
            _tell_checks(each)
    if any(one["is_ok"] is False for each in found for one in each["checks"]):
        raise typer.Exit(FAILED)


@app.command()
def setup(
    context: typer.Context,
    backend: Backend = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            help="Origin of web pages that may use the media; may be repeated. Default: all."
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", help="Change the buckets. Without this option, nothing changes."
        ),
    ] = False,
    stack: Stack = None,
    s3_url: S3Url = LOCAL_S3,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Give the buckets the CORS and lifecycle rules of the template's own bucket.

    Web pages can then upload and play, and S3 removes incomplete multipart uploads and old thumbnails after a
    week. Existing rules stay. Without --yes, it only lists the changes.

    The exit code is 1 if a bucket could not be set up.
    """
    environment = _environment(context, stack, s3_url, data)
    found = _answer(environment, "setup", backend, origin or ["*"], *(["--yes"] if yes else []))
    changes = [one for each in found for one in each["changes"]]
    if as_json:
        out.print_json(json.dumps(found))
    else:
        for each in found:
            _tell_changes(each)
        if not yes and any(one["needed"] for one in changes):
            out.print("Nothing was changed: --yes changes it.")
    if any(one["error"] for one in changes):
        raise typer.Exit(FAILED)


def _environment(
    context: typer.Context, stack: str | None, s3_url: str, data: Any
) -> Mapping[str, str]:
    is_local = is_given(context, "s3_url") or is_given(context, "data")
    if stack is None and not is_local and "TAMS_STORAGE_BACKENDS" in os.environ:
        return os.environ
    return environment_of(context, stack, LOCAL_VAST, data, s3_url)


def _answer(
    environment: Mapping[str, str],
    action: str,
    backend: str | None,
    origins: Sequence[str],
    *options: str,
) -> list[dict[str, Any]]:
    arguments = [action, *(part for each in origins for part in ("--origin", each)), *options]
    arguments += [] if backend is None else ["--backend", backend]
    answer = result_of(_PROGRAM, environment, *arguments, words="looking at the buckets")
    found: list[dict[str, Any]] = answer["backends"]
    return found


def _tell_checks(found: Mapping[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("Check", "", "Found", "What to do"):
        table.add_column(name, no_wrap=name in {"Check", ""})
    for each in found["checks"]:
        verdict = {True: "[green]ok[/green]", False: "[red]no[/red]", None: "[dim]unknown[/dim]"}
        table.add_row(
            each["name"], verdict[each["is_ok"]], escape(each["found"]), escape(each["advice"])
        )
    _title(found)
    out.print(table)


def _tell_changes(found: Mapping[str, Any]) -> None:
    _title(found)
    for each in found["changes"]:
        out.print(f"{each['name']:10} {escape(_state(each))}", highlight=False, soft_wrap=True)
        if each["needed"]:
            for rule in each["wanted"]:
                if rule not in each["found"]:
                    out.print(f"           + {escape(json.dumps(rule))}", highlight=False)


def _state(change: Mapping[str, Any]) -> str:
    if change["error"]:
        return f"not set: {change['error']}"
    if change["remark"]:
        return str(change["remark"])
    if change["changed"]:
        return "set"
    return "would be set" if change["needed"] else "as it should be"


def _title(found: Mapping[str, Any]) -> None:
    label = found["label"] or found["id"]
    out.print(f"[bold]{escape(label)}[/bold]  bucket {escape(found['bucket'])}", highlight=False)
