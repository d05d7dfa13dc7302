"""`tams admin provision`: create and migrate this release's tables on VAST."""

from typing import Annotated

import typer

from cli.programs import run
from cli.stacks import LOCAL_DATA, LOCAL_VAST, Data, Stack, VastUrl
from cli.variables import environment_of


def provision(
    context: typer.Context,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    data: Data = LOCAL_DATA,
    renew_page_secret: Annotated[
        bool,
        typer.Option(
            "--renew-page-secret",
            help="Renew the secret that encrypts the event log's page keys; keys issued before stop working.",
        ),
    ] = False,
) -> None:
    """Create or migrate the tables on VAST for this release, as `make provision` does.

    After an interruption, run it again to resume. It finds VAST in the same way as `tams admin status`.
    """
    arguments = ["--renew-page-secret"] if renew_page_secret else []
    environment = environment_of(context, stack, vast_url, data)
    raise typer.Exit(run("tams.runtime.provision", environment, *arguments))
