"""The `tams` command line."""

from typing import Annotated

import typer

from cli.addresses import LOCAL_URL
from cli.commands import EXIT_CODES, Commands
from cli.console import out
from cli.options import Token, Url
from tams import __version__

app = typer.Typer(
    cls=Commands,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


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


if __name__ == "__main__":
    app()
