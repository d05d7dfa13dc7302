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
Scopes = Annotated[
    list[ScopeName] | None,
    typer.Option("--scope", help="Give it once for each; as it was without, or else read."),
]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        help="A class it reaches, or news:read; as it was without. For deployments with AuthClasses.",
    ),
]
Expires = Annotated[
    datetime | None,
    typer.Option("--expires", help="The day it ends, in UTC; as it was without, or else never."),
]
Into = Annotated[
    Path | None,
    typer.Option("--into", help="A file with the secret's JSON, where the entry is put in."),
]


def token(
    name: Name,
    scope: Scopes = None,
    classes: Classes = None,
    expires: Expires = None,
    into: Into = None,
    keep_old: Annotated[
        bool,
        typer.Option(
            "--keep-old",
            help="Leave the token there is good too, until this is run again without --keep-old.",
        ),
    ] = False,
) -> None:
    """Make a static token, or another for a name that has one. It is shown once; its hash is kept."""
    made = secrets.token_urlsafe(TOKEN_BYTES)
    old = _read(into)
    before = _last(old.tokens, name)
    entry = _account(name, hash_token(made), before, scope, classes, expires)
    kept = [before] if keep_old and before else []
    tokens = (*(each for each in old.tokens if each.name != name), *kept, entry)
    _write(old.model_copy(update={"tokens": tokens}), into)
    err.print("The token, which nobody can show you again:")
    out.print(made, highlight=False, soft_wrap=True)


def user(
    name: Name,
    scope: Scopes = None,
    classes: Classes = None,
    expires: Expires = None,
    into: Into = None,
    password: Annotated[
        str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)
    ] = "",
) -> None:
    """Make a user with a password, or give one another, for clients that know nothing but HTTP Basic."""
    if ":" in name:
        raise typer.BadParameter("a name of HTTP Basic has no colon", param_hint="NAME")
    old = _read(into)
    before = _last(old.users, name)
    entry = _account(name, hash_password(password), before, scope, classes, expires)
    users = (*(each for each in old.users if each.name != name), entry)
    _write(old.model_copy(update={"users": users}), into)


def _account(
    name: str,
    hashed: str,
    before: Account | None,
    scopes: list[ScopeName] | None,
    classes: list[str] | None,
    expires: datetime | None,
) -> Account:
    """What is not given is as it was."""
    given = Account(
        name=name,
        hash=hashed,
        scopes=tuple(Scope(f"tams-api/{each}") for each in scopes or (ScopeName.READ,)),
        classes=tuple(classes or ()),
        expires=expires and expires.replace(tzinfo=UTC),
    )
    if before is None:
        return given
    return given.model_copy(
        update={
            "scopes": given.scopes if scopes else before.scopes,
            "classes": given.classes if classes else before.classes,
            "expires": given.expires or before.expires,
        }
    )


def _last(accounts: tuple[Account, ...], name: str) -> Account | None:
    return next((each for each in reversed(accounts) if each.name == name), None)


def _read(into: Path | None) -> Accounts:
    try:
        if into is not None and into.exists():
            return Accounts.model_validate_json(into.read_text())
    except ValidationError:
        raise typer.BadParameter(f"{into} does not hold accounts", param_hint="--into") from None
    return Accounts()


def _write(accounts: Accounts, into: Path | None) -> None:
    text = json.dumps(json.loads(accounts.model_dump_json(exclude_defaults=True)), indent=2)
    if into is None:
        out.print_json(text)
        return
    into.touch(mode=0o600)
    into.write_text(text + "\n")
    err.print(f"{into} has the entry", highlight=False)
