"""The `tams` command line."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli import admin, bridge, deleting, listing, play
from cli.addresses import LOCAL_URL
from cli.commands import EXIT_CODES, Commands, join_help_lines
from cli.connection import connected
from cli.console import err, out
from cli.export import export as export_flow
from cli.ingest import Ingest, Options, Outcome
from cli.options import (
    AsJson,
    ExportedFlowId,
    SegmentTags,
    TimeRangeText,
    TimestampText,
    Token,
    Url,
    tags_from,
)
from cli.progress import bar
from tams import __version__
from tams.timing import TimeRange, Timestamp

app = typer.Typer(
    cls=Commands,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(admin.app, name="admin")
app.add_typer(bridge.app, name="bridge")

DAMAGED = 3
"""Exit code for ingesting a file that is not readable to its end."""


def _version(asked: bool) -> None:
    if asked:
        out.print(f"tams {__version__}")
        raise typer.Exit


@app.callback()
def main(
    url: Url = LOCAL_URL,
    token: Token = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Put media into a Time-addressable Media Store, find it by time and take it out again.

    Give --url and --token before or after the command.
    """


@app.command()
def ingest(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Media file with picture or sound, in any format."),
    ],
    url: Url = LOCAL_URL,
    token: Token = None,
    segment_seconds: Annotated[
        float,
        typer.Option(
            min=0.1, help="Minimum length of a Segment, which ends at the next key frame."
        ),
    ] = 2.0,
    label: Annotated[
        str | None, typer.Option(help="Label of the Flows. Default: the name of the file.")
    ] = None,
    start: TimestampText = "0:0",
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Number of parallel uploads.")] = 4,
    register_by_upload: Annotated[
        bool,
        typer.Option(
            "--register-by-upload",
            help="Let each upload register its own Segment. This is an extension of TAMS.",
        ),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Ingest the file again even if it is already in the store."),
    ] = False,
    segment_tag: SegmentTags = None,
    as_json: AsJson = False,
) -> None:
    """Put a media file into the store. After an interruption, run it again to resume.

    A file is identified by its whole content, not by its name, so the same content is stored only once. If a
    file is damaged, its readable part is stored, a warning says what is missing, and the exit code is 3.
    """
    with connected(url, token) as client, bar(err, file.name) as progress:
        start_ns = Timestamp.parse(start).ns
        tags = tags_from(segment_tag)
        options = Options(segment_seconds, start_ns, label, jobs, register_by_upload, again, tags)
        outcome = Ingest(client, file, options, progress).run()
    if as_json:
        out.print_json(json.dumps(vars(outcome)))
    else:
        _tell(outcome)
    for note in outcome.notes:
        err.print(f"note: {escape(note)}", soft_wrap=True)
    for line in outcome.damage:
        err.print(
            f"[yellow]warning:[/yellow] {escape(file.name)} is damaged: {escape(line)}",
            soft_wrap=True,
        )
    if outcome.damage:
        raise typer.Exit(DAMAGED)


def _tell(outcome: Outcome) -> None:
    if outcome.was_complete:
        extent = "as far as it reads" if outcome.damage else "complete"
        out.print(
            f"the same content is already in the store, {extent}, as {outcome.known_as!r}; "
            "--again ingests it once more",
            markup=False,
        )
    else:
        again = f", {outcome.skipped} were already there" if outcome.skipped else ""
        out.print(f"{outcome.registered} Segments registered{again}")
        if again and outcome.known_as is not None:
            out.print(f"resumed the same content, known as {outcome.known_as!r}", markup=False)
    out.print(f"multi  {outcome.multi_flow_id}", highlight=False)
    for role, flow_id in outcome.flow_ids.items():
        out.print(f"{role:6} {flow_id}", highlight=False)


@app.command()
def export(
    flow_id: ExportedFlowId,
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="File to write. Its suffix chooses the type, as in clip.mp4."
        ),
    ],
    timerange: TimeRangeText = "_",
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Export a timerange as one playable file, exact to the frame.

    A timerange that starts and ends on Segment boundaries is copied without loss. Any other is re-encoded,
    and a note says as what, and why. An existing file OUT is overwritten.
    """
    with connected(url, token) as client, bar(err, "fetching") as progress:
        wanted = TimeRange.parse(timerange)
        for remark in export_flow(client, flow_id, wanted, target, progress):
            err.print(f"note: {escape(remark)}", soft_wrap=True)
    out.print(str(target), highlight=False)


app.command()(play.play)
app.command()(listing.ls)
app.command()(deleting.rm)
app.command()(deleting.restore)
join_help_lines(app)

if __name__ == "__main__":
    app()
