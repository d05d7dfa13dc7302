"""`tams admin probe`: whether a VAST cluster behaves as the service assumes."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.commands import FAILED
from cli.console import out
from cli.options import AsJson
from cli.programs import result_of
from cli.stacks import LOCAL_DATA, LOCAL_VAST, Data, Stack, VastUrl
from cli.variables import environment_of

_STYLES = {
    "as assumed": "green",
    "differs": "yellow",
    "not so": "bold red",
    "unknown": "bold red",
    "measured": "dim",
}


def probe(
    context: typer.Context,
    rows: Annotated[
        int,
        typer.Option(
            min=100,
            max=10_000_000,
            help="Number of rows to write and search. Fewer than 65,536 do not show whether projections "
            "are used.",
        ),
    ] = 100_000,
    idle_seconds: Annotated[
        float,
        typer.Option(min=0, max=3600, help="Longest pause of an idle transaction to wait for."),
    ] = 20.0,
    round_trips: Annotated[
        int, typer.Option(min=1, max=10_000, help="How often to measure a round trip.")
    ] = 50,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Check that VAST behaves as this service assumes. Run it before you use a cluster.

    It works in a schema of its own, tams-probe-…, and drops it. The numbers of the assumptions are those in
    the documentation.

    The exit code is 0 if every assumption that the service needs holds, otherwise 1. "differs" means that the
    service works, but more slowly. It finds VAST in the same way as `tams admin status`.
    """
    environment = environment_of(context, stack, vast_url, data)
    options = {"--rows": rows, "--idle-seconds": idle_seconds, "--round-trips": round_trips}
    arguments = [str(part) for pair in options.items() for part in pair]
    found = result_of("tams.runtime.probe", environment, *arguments, words="probing VAST")
    if as_json:
        out.print_json(json.dumps(found))
    else:
        _tell(found)
    if not found["sound"]:
        raise typer.Exit(FAILED)


def _tell(found: Mapping[str, Any]) -> None:
    out.print(_table(found["assumptions"]))
    if found["sound"]:
        out.print("\nVAST does everything that the service needs.")
        return
    if broken := _numbers(found, "not so"):
        out.print(f"\n[bold red]Do not use this cluster:[/bold red] see {broken}.")
    if unknown := _numbers(found, "unknown"):
        out.print(f"\nNot determined: {unknown}. Run the command again.")


def _numbers(found: Mapping[str, Any], verdict: str) -> str:
    """Of the assumptions that the service needs."""
    its = (each for each in found["assumptions"] if each["needed"] and each["verdict"] == verdict)
    return ", ".join(str(each["number"]) for each in its)


def _table(assumptions: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", justify="right")
    table.add_column("Assumption", ratio=4)
    table.add_column("Measured", ratio=3)
    table.add_column("", no_wrap=True)
    table.add_column("What we do about it", ratio=4, style="dim")
    for each in assumptions:
        style = _STYLES[each["verdict"]]
        table.add_row(
            str(each["number"]),
            escape(each["assumption"]),
            escape(each["measured"]),
            f"[{style}]{each['verdict']}[/{style}]",
            escape(each["remedy"]),
        )
    return table
