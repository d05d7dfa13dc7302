"""`tams admin token` and `tams admin user`: entries for the secret of accounts, which holds hashes only."""

import json
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from tams.access.accounts import TOKEN_BYTES, Account, Accounts, hash_password, hash_token
from tams.models.caller import Scope

out, err = Console(), Console(stderr=True)


class ScopeName(StrEnum):
    """As people write them."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    ADMIN = "admin"


Name = Annotated[str, typer.Argument(help="Who it is for: created_by and the audit log say so.")]
Scopes = Annotated[list[ScopeName], typer.Option("--scope", help="Give it once for each.")]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        "--class", help="A class it reaches, or news:read; for deployments with AuthClasses."
    ),
]
Expires = Annotated[
    datetime | None, typer.Option("--expires", help="The day it ends, in UTC; never without.")
]
Into = Annotated[
    Path | None,
    typer.Option("--into", help="A file with the secret's JSON, where the entry is put in."),
]


def token(
    name: Name,
    scope: Scopes = [ScopeName.READ],  # noqa: B006 - typer's way to a default
    classes: Classes = None,
    expires: Expires = None,
    into: Into = None,
) -> None:
    """Make a static token. It is shown once; only its hash is kept."""
    made = secrets.token_urlsafe(TOKEN_BYTES)
    entry = _account(name, hash_token(made), scope, classes, expires)
    _keep(Accounts(tokens=(entry,)), into)
    err.print("The token, which nobody can show you again:")
    out.print(made, highlight=False, soft_wrap=True)


def user(
    name: Name,
    scope: Scopes = [ScopeName.READ],  # noqa: B006
    classes: Classes = None,
    expires: Expires = None,
    into: Into = None,
    password: Annotated[
        str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)
    ] = "",
) -> None:
    """Make a user with a password, for clients that know nothing better than HTTP Basic."""
    if ":" in name:
        raise typer.BadParameter("a name of HTTP Basic has no colon", param_hint="NAME")
    entry = _account(name, hash_password(password), scope, classes, expires)
    _keep(Accounts(users=(entry,)), into)


def _account(
    name: str,
    hashed: str,
    scopes: list[ScopeName],
    classes: list[str] | None,
    expires: datetime | None,
) -> Account:
    return Account(
        name=name,
        hash=hashed,
        scopes=tuple(Scope(f"tams-api/{each}") for each in scopes),
        classes=tuple(classes or ()),
        expires=expires and expires.replace(tzinfo=UTC),
    )


def _keep(made: Accounts, into: Path | None) -> None:
    if into is None:
        out.print_json(_text(made))
        return
    old = Accounts()
    try:
        if into.exists():
            old = Accounts.model_validate_json(into.read_text())
    except ValidationError:
        raise typer.BadParameter(f"{into} does not hold accounts", param_hint="--into") from None
    merged = Accounts(tokens=_merged(old.tokens, made.tokens), users=_merged(old.users, made.users))
    into.touch(mode=0o600)
    into.write_text(_text(merged) + "\n")
    err.print(f"{into} has the entry", highlight=False)


def _merged(old: tuple[Account, ...], new: tuple[Account, ...]) -> tuple[Account, ...]:
    """A name's entry replaces the one before."""
    names = {each.name for each in new}
    return (*(each for each in old if each.name not in names), *new)


def _text(accounts: Accounts) -> str:
    return json.dumps(json.loads(accounts.model_dump_json(exclude_defaults=True)), indent=2)
