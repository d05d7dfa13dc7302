"""`tams demo`: a clip for users without one."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli.addresses import LOCAL_URL
from cli.apart import Server
from cli.clip import make_clip
from cli.connection import connected
from cli.console import out
from cli.ingest import Outcome
from cli.ingest_options import Options
from cli.ingesting import Ingesting
from cli.inputs import Input, Kind
from cli.options import AsJson, Token, Url
from cli.results import in_segments
from cli.short_ids import short

LABEL = "tams demo"


def demo(
    seconds: Annotated[
        int, typer.Option(min=2, max=3_600, help="Length of the clip in seconds.")
    ] = 10,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Also save the clip as this file, such as demo.mp4.",
        ),
    ] = None,
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Make and ingest a short clip, to try things out without a file.

    The clip shows a timecode, flashes and beeps every second, and has audio in two languages.
    """
    with connected(url, token) as client:
        client.get("/service")  # rather now than after the clip is made
    with tempfile.TemporaryDirectory(prefix="tams-demo-") as folder:
        path = save or Path(folder) / "demo.mp4"
        make_clip(path, seconds)
        options = Options(label=LABEL)
        outcome = Ingesting(Server(url, token), options).one(Input(Kind.FILE, str(path)))
    if as_json:
        out.print_json(json.dumps(vars(outcome)))
    else:
        _tell(outcome, seconds)


def _tell(outcome: Outcome, seconds: int) -> None:
    had = "was already in the store" if outcome.was_complete else in_segments(outcome.registered)
    multi = short(outcome.multi_flow_id)
    until = min(seconds, 8)
    tams = _called()
    commands = [
        (f"{tams} show {multi}", "describe it and draw its timeline"),
        (f"{tams} play {multi} --open", "watch it"),
        (f"{tams} export {multi} clip.mp4 --timerange '[2:0_{until}:0)'", "export a part of it"),
        (f"{tams} ls", "everything in the store"),
    ]
    width = max(len(command) for command, _ in commands)
    lines = [
        f"a clip of {seconds} s with picture and two languages: {had}",
        *(f"  {role:8} {flow_id}" for role, flow_id in _flows(outcome)),
        "next:",
        *(f"  {command:{width}}  {what}" for command, what in commands),
    ]
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _called() -> str:
    """How the shell finds this command: a checkout has it in .venv/bin, which need not be on the PATH."""
    path = sys.argv[0]
    return path if Path(path).name == "tams" and shutil.which("tams") is None else "tams"


def _flows(outcome: Outcome) -> list[tuple[str, str]]:
    return [("multi", outcome.multi_flow_id), *outcome.flow_ids.items()]
