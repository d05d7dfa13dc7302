"""`tams play`: the address at which a player finds a Flow or a Source."""

from typing import Annotated, Any

import typer

from cli.addresses import LOCAL_URL
from cli.client import Client
from cli.connection import connected
from cli.console import out
from cli.errors import CommandError
from cli.options import PlayedId, TimeRangeText, Token, Url
from cli.short_ids import id_of

_WAIT_SECONDS = 20
"""As long as the service allows: players get a list that is exact as soon as its parts are rendered."""


def play(
    identifier: PlayedId,
    timerange: TimeRangeText = "_",
    dash: Annotated[
        bool,
        typer.Option(
            "--dash",
            help="Use DASH instead of HLS.",
        ),
    ] = False,
    thumbnail: Annotated[
        bool,
        typer.Option("--thumbnail", help="Print the URL of a picture of the first frame instead."),
    ] = False,
    hours: Annotated[
        float, typer.Option(min=0.1, max=168, help="How many hours the URL works.")
    ] = 24.0,
    open_: Annotated[
        bool, typer.Option("--open", help="Also open it with this machine's default player.")
    ] = False,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Print a URL that plays a Flow or Source in players. This is an extension of TAMS.

    The URL needs no credentials: anyone who has it can play that Flow or Source until it expires.
    """
    if thumbnail and dash:
        raise CommandError("--thumbnail and --dash are two different URLs: give one of them")
    kind = "thumbnail" if thumbnail else "dash" if dash else "hls"
    with connected(url, token) as client:
        whole = id_of(client, identifier)
        address = address_of(client, whole, timerange, kind, hours)
    if not thumbnail:
        address += f"?wait={_WAIT_SECONDS}"
    out.print(address, highlight=False, soft_wrap=True, markup=False)
    if open_:
        typer.launch(address)


def address_of(client: Client, identifier: str, timerange: str, kind: str, hours: float) -> str:
    """Raises CommandError if there is neither a Flow nor a Source with this id."""
    body: dict[str, Any] = {"expires_in": round(hours * 3_600)}
    if timerange != "_":
        body["timerange"] = timerange
    for name in ("flow", "source"):
        if client.find(f"/{name}s/{identifier}") is not None:
            given = client.post("/playback/tokens", {f"{name}_id": identifier, **body})
            break
    else:
        raise CommandError(f"there is neither a Flow nor a Source with the id {identifier}")
    return str(given[kind])
