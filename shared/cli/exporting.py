"""`tams export`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.addresses import LOCAL_URL
from cli.connection import connected
from cli.console import err, out
from cli.export import export as export_flow
from cli.gaps import Gap
from cli.options import ExportedFlowId, TimeRangeText, Token, Url
from cli.progress import bar
from cli.short_ids import flow_id_of
from tams.timing import TimeRange


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
