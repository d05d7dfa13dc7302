"""The `tams` command line."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli import admin, bridge, deleting, demo, ingesting, listing, play, showing
from cli.addresses import LOCAL_URL
from cli.commands import EXIT_CODES, Commands, join_help_lines
from cli.connection import connected
from cli.console import err, out
from cli.export import export as export_flow
from cli.gaps import Gap
from cli.options import (
    ExportedFlowId,
    TimeRangeText,
    Token,
    Url,
)
from cli.progress import bar
from cli.serve import serve
from cli.short_ids import flow_id_of
from tams import __version__
from tams.timing import TimeRange

app = typer.Typer(
    cls=Commands,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(admin.app, name="admin")
app.add_typer(bridge.app, name="bridge")
app.command()(serve)


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
    """Ingest media into a Time-addressable Media Store, find it by time, and export it.

    Give --url and --token before or after the command.
    """


app.command()(demo.demo)
app.command()(ingesting.ingest)


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
    gap: Annotated[
        Gap,
        typer.Option(
            help="Where there is no media: stop with an error, fill with black and silence, skip that "
            "time, or keep the gap in the file."
        ),
    ] = Gap.ERROR,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Export a timerange as one playable file, exact to the frame.

    A timerange that starts and ends on Segment boundaries is copied without loss. Any other is re-encoded,
    and a note says as what, and why. An existing file OUT is overwritten.
    """
    with connected(url, token) as client, bar(err, "fetching") as progress:
        wanted, whole = TimeRange.parse(timerange), flow_id_of(client, flow_id)
        for remark in export_flow(client, whole, wanted, target, progress, gap):
            err.print(f"note: {escape(remark)}", soft_wrap=True)
    out.print(str(target), highlight=False)


app.command()(play.play)
app.command()(listing.ls)
app.command()(showing.show)
app.command()(deleting.rm)
app.command()(deleting.restore)
join_help_lines(app)

if __name__ == "__main__":
    app()
