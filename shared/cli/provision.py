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
            help="Renew the secret of the log's page keys and of players' tokens; earlier ones stop working.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Change nothing, and list what would be done. The exit code is 0 if there is nothing to do, "
            "1 if there is something, and 2 if the check failed.",
        ),
    ] = False,
) -> None:
    """Create, migrate or repair the tables on VAST for this release, as `make provision` does.

    It restores tables, columns, projections and sorting keys that are missing. After an interruption, run it
    again to resume. It finds VAST in the same way as `tams admin status`.
    """
    chosen = {"--renew-page-secret": renew_page_secret, "--check": check}
    arguments = [name for name, is_chosen in chosen.items() if is_chosen]
    environment = environment_of(context, stack, vast_url, data)
    raise typer.Exit(run("tams.runtime.provision", environment, *arguments))
