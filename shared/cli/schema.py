"""`tams admin status` and `tams admin provision`: show and create this release's tables on VAST.

Both run the program that `make provision` runs, or a sibling, with the functions' variables.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.addresses import is_local
from cli.console import out
from cli.errors import CommandError
from cli.options import AsJson, is_given
from cli.stacks import LOCAL_DATA, LOCAL_VAST, Data, Stack, VastUrl, client, function_of, local_keys
from cli.tables import schema_table

_PREFIX = "TAMS_VAST__"
_LOCAL_NAME = "tams"
"""The name of both the bucket and the schema on the local VAST."""


def status(
    context: typer.Context,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Show the schema version of the tables on VAST, what is pending, and how many rows there are.

    The exit code is 0 when this release can use the tables and nothing is pending, else 1. VAST is that of
    --stack, or of the TAMS_VAST__… variables that `make provision` takes, or of the local stack.
    """
    environment = _environment(context, stack, vast_url, data)
    done = _run("tams.runtime.schema_status", environment, capture_output=True)
    if not done.stdout:
        raise CommandError(
            done.stderr.strip().rpartition("\n")[2] or "the schema status could not be read"
        )
    found = json.loads(done.stdout)
    if as_json:
        out.print_json(done.stdout)
    else:
        _tell(found)
    raise typer.Exit(done.returncode)


def provision(
    context: typer.Context,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    renew_page_secret: Annotated[
        bool,
        typer.Option(
            "--renew-page-secret",
            help="Renew the secret of the log's page keys and of players' tokens; earlier ones stop working.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Change nothing; say what would be done. The exit code is 0 if that is nothing, 1 if it is "
            "something, and 2 if it could not be found out.",
        ),
    ] = False,
) -> None:
    """Create, migrate or mend the tables on VAST for this release, as `make provision` does.

    It restores tables, columns, projections and sorting keys that are missing. After an interruption, run it
    again to resume. It finds VAST in the same way as `tams admin status`.
    """
    chosen = {"--renew-page-secret": renew_page_secret, "--check": check}
    arguments = [name for name, is_chosen in chosen.items() if is_chosen]
    environment = _environment(context, stack, vast_url, data)
    raise typer.Exit(_run("tams.runtime.provision", environment, *arguments).returncode)


def _run(
    program: str, environment: Mapping[str, str], *arguments: str, capture_output: bool = False
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program, with our own arguments
        [sys.executable, "-m", program, *arguments],
        env=environment,
        capture_output=capture_output,
        text=True,
        check=False,
    )


def _environment(
    context: typer.Context, stack: str | None, vast_url: str, data: Path
) -> Mapping[str, str]:
    """The command's own environment, with the variables of one VAST only."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
    if stack is not None:
        return {**others, **_deployed(stack)}
    is_local = is_given(context, "vast_url") or is_given(context, "data")
    if f"{_PREFIX}ENDPOINT" in os.environ and not is_local:
        return os.environ
    access_key, secret_key = local_keys(data, "vast")
    return {
        **others,
        f"{_PREFIX}ENDPOINT": vast_url,
        f"{_PREFIX}BUCKET": _LOCAL_NAME,
        f"{_PREFIX}SCHEMA": _LOCAL_NAME,
        f"{_PREFIX}ACCESS_KEY": access_key,
        f"{_PREFIX}SECRET_KEY": secret_key,
    }


def _deployed(stack: str) -> Mapping[str, str]:
    """The variables of a function of the stack."""
    functions = client("lambda", stack)
    name = function_of(stack, functions, "SweeperFunction")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return {name: value for name, value in variables.items() if name.startswith(_PREFIX)}


def _tell(found: dict[str, Any]) -> None:
    vast, version = found["vast"], found["version"]
    if not vast["reachable"]:
        out.print(
            f"VAST     {vast['endpoint']}  [red]{escape(vast['error'])}[/red]", soft_wrap=True
        )
        if is_local(vast["endpoint"]):
            out.print("Start the local server with `make run`, or name another with --vast.")
        return
    there = "none" if version["found"] is None else version["found"]
    out.print(f"VAST     {vast['endpoint']}  reachable", highlight=False)
    out.print(f"schema   version {there}, this release needs {version['needed']}", highlight=False)
    for each in found["pending"]:
        out.print(f"pending  {each['number']}  {each['title']}", highlight=False, markup=False)
    if found["fault"] is not None:
        out.print(f"[red]{escape(found['fault'])}[/red]", highlight=False, soft_wrap=True)
    out.print(schema_table(found["tables"]))
