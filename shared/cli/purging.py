"""`tams admin purge`: empties the recycle bin early."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.addresses import LOCAL_URL
from cli.connection import connected
from cli.console import err, out
from cli.options import AsJson, Token, Url
from cli.progress import bar
from cli.tables import recycle_bin_table

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


_AGE = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)


def _age(text: str) -> str:
    if _AGE.fullmatch(text) is None:
        raise typer.BadParameter(f"{text!r} is not an age, such as 12h, 3d or 2w")
    return text


def _ago(age: str) -> datetime:
    found = _AGE.fullmatch(age)
    assert found is not None
    try:
        return datetime.now(UTC) - timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)  # nothing is older than the calendar


def purge(
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than",
            callback=_age,
            metavar="AGE",
            help="Only what was deleted at least this long ago, such as 12h, 3d or 2w. Default: everything.",
        ),
    ] = "0s",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be deleted.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Delete for good what is in the recycle bin. After an interruption, run it again to continue."""
    until = _ago(older_than)
    with connected(url, token) as client:
        entries = list(client.pages("/recycle-bin", deleted_until=until.isoformat()))
        words = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
        if as_json:
            out.print_json(json.dumps(entries))
        elif dry_run or not entries:
            out.print(recycle_bin_table(entries) if entries else "nothing to purge")
        if dry_run or not entries:
            return
        if not yes:
            typer.confirm(f"Delete {words} for good?", abort=True)
        with bar(err, "purging") as progress:
            progress.begin(len(entries))
            for entry in entries:
                client.delete_if_there(f"/recycle-bin/{entry['id']}")
                progress.advance(1)
    if not as_json:
        out.print(f"purged {words}", highlight=False)
