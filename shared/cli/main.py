"""The `tams` command line."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli import admin
from cli.client import Client
from cli.export import export as export_flow
from cli.faults import CommandError
from cli.ingest import Ingest, Options, Outcome
from cli.progress import bar
from cli.tables import flows_table, segments_table, sources_table
from tams import __version__
from tams.errors import InvalidRequestError
from tams.timing import TimeRange, Timestamp

app = typer.Typer(
    help="Put media into a Time-addressable Media Store, find it by time, take it out again.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(admin.app, name="admin")

WIDTH_UNSEEN = 160
"""Columns where no terminal says how wide it is: a pipe, a file."""

out, err = Console(), Console(stderr=True)
if not out.is_terminal:
    out.width = WIDTH_UNSEEN

Url = Annotated[str, typer.Option("--url", envvar="TAMS_URL", help="Where the TAMS API is.")]
Token = Annotated[
    str | None, typer.Option("--token", envvar="TAMS_TOKEN", help="Bearer token, if it wants one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
TimeRangeText = Annotated[
    str, typer.Option("--timerange", help="For example '[5:0_15:0)': from 5 s to before 15 s.")
]
DAMAGED = 3
"""Exit code of an ingest of a file that does not read to its end."""

LOCAL_URL = "http://127.0.0.1:8000"


class Kind(StrEnum):
    SOURCES = "sources"
    FLOWS = "flows"
    SEGMENTS = "segments"


class Removable(StrEnum):
    FLOW = "flow"
    SEGMENTS = "segments"


@contextmanager
def connected(url: str, token: str | None) -> Iterator[Client]:
    """A client; what goes wrong ends the command with one line and exit code 1."""
    try:
        with Client(url, token) as client:
            yield client
    except (CommandError, InvalidRequestError) as error:
        err.print(f"[red]tams:[/red] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        err.print("interrupted; run it again to go on")
        raise typer.Exit(130) from None


def _version(asked: bool) -> None:
    if asked:
        out.print(f"tams {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Work with a Time-addressable Media Store."""


@app.command()
def ingest(
    file: Annotated[Path, typer.Argument(help="Any media file.")],
    url: Url = LOCAL_URL,
    token: Token = None,
    segment_seconds: Annotated[
        float,
        typer.Option(min=0.1, help="Least length of a Segment; it ends on the next key frame."),
    ] = 2.0,
    label: Annotated[str | None, typer.Option(help="Instead of the file's name.")] = None,
    start: Annotated[
        str, typer.Option(help="Where on the timeline the first frame goes, for example 3600:0.")
    ] = "0:0",
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Uploads at a time.")] = 4,
    register_by_upload: Annotated[
        bool,
        typer.Option(
            "--register-by-upload",
            help="Let each upload register its Segment, with no request after it (an extension).",
        ),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Ingest once more what is in the store already, complete."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a media file into the store. Run again after an interruption, it resumes.

    What decides is the file's whole content, not its name: the same content is stored once. Of a damaged
    file, what reads is stored; a warning says what is missing, and the exit code is 3.
    """
    with connected(url, token) as client, bar(err, file.name) as progress:
        start_ns = Timestamp.parse(start).ns
        options = Options(segment_seconds, start_ns, label, jobs, register_by_upload, again)
        outcome = Ingest(client, file, options, progress).run()
    if as_json:
        out.print_json(json.dumps(vars(outcome)))
    else:
        _tell(outcome)
    for line in outcome.damage:
        err.print(
            f"[yellow]warning:[/yellow] {escape(file.name)} is damaged: {escape(line)}",
            soft_wrap=True,
        )
    if outcome.damage:
        raise typer.Exit(DAMAGED)


def _tell(outcome: Outcome) -> None:
    if outcome.was_complete:
        out.print(
            f"the same content is in the store already, complete, as {outcome.known_as!r}; "
            "--again ingests it once more",
            markup=False,
        )
    else:
        again = f", {outcome.skipped} were there already" if outcome.skipped else ""
        out.print(f"{outcome.registered} Segments registered{again}")
        if again and outcome.known_as is not None:
            out.print(f"resumed the same content, known as {outcome.known_as!r}", markup=False)
    out.print(f"multi  {outcome.multi_flow_id}", highlight=False)
    for role, flow_id in outcome.flow_ids.items():
        out.print(f"{role:6} {flow_id}", highlight=False)


@app.command()
def export(
    flow_id: Annotated[str, typer.Argument(help="A Flow; a multi Flow gives picture and sound.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="A file; its suffix names its type.")
    ],
    timerange: TimeRangeText = "_",
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Take a stretch of time out as one playable file, to the frame.

    What begins and ends on Segment boundaries is copied without loss; any other cut is encoded anew.
    """
    with connected(url, token) as client, bar(err, "fetching") as progress:
        wanted = TimeRange.parse(timerange)
        for remark in export_flow(client, flow_id, wanted, target, progress):
            err.print(f"note: {remark}")
    out.print(str(target), highlight=False)


@app.command()
def ls(
    kind: Annotated[Kind, typer.Argument(help="What to list.")] = Kind.FLOWS,
    flow_id: Annotated[str | None, typer.Argument(help="Whose Segments.")] = None,
    timerange: TimeRangeText = "_",
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List Sources, Flows, or the Segments of a Flow."""
    tables: dict[Kind, Callable[[Any], Any]] = {
        Kind.SOURCES: sources_table,
        Kind.FLOWS: flows_table,
        Kind.SEGMENTS: segments_table,
    }
    with connected(url, token) as client:
        if kind is Kind.SEGMENTS:
            if flow_id is None:
                raise CommandError("name the Flow whose Segments to list: tams ls segments FLOW_ID")
            path, parameters = f"/flows/{flow_id}/segments", {"timerange": timerange}
        else:
            path, parameters = f"/{kind}", {}
        items = list(client.pages(path, **parameters))
    if as_json:
        out.print_json(json.dumps(items))
    else:
        out.print(tables[kind](items) if items else f"no {kind}")


@app.command()
def rm(
    kind: Annotated[Removable, typer.Argument(help="A whole Flow, or only Segments of it.")],
    flow_id: Annotated[str, typer.Argument()],
    timerange: TimeRangeText = "_",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Delete a Flow, or those of its Segments that a timerange covers completely."""
    what = (
        f"Flow {flow_id}" if kind is Removable.FLOW else f"Segments {timerange} of Flow {flow_id}"
    )
    if not yes:
        typer.confirm(f"Delete {what}?", abort=True)
    with connected(url, token) as client:
        if kind is Removable.FLOW:
            client.delete(f"/flows/{flow_id}")
        else:
            client.delete(f"/flows/{flow_id}/segments", timerange=timerange)
    out.print(f"deleted {what}", highlight=False)


if __name__ == "__main__":
    app()
