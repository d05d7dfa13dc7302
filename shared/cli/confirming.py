"""Asks before something is removed."""

from typing import Annotated

import typer
from rich.markup import escape

from cli.console import err
from cli.errors import CommandError

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


def confirm(what: str, answer: str) -> None:
    """The user must type `answer`. Raises CommandError for anything else, also when nobody can be asked."""
    err.print(escape(what), highlight=False, soft_wrap=True)
    try:
        typed = typer.prompt(f"Type {answer} to continue", err=True, default="", show_default=False)
    except typer.Abort:
        err.print()  # ends the line of the question
        typed = ""
    if typed.strip() != answer:
        raise CommandError("nothing was changed")
