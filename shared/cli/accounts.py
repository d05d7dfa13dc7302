"""`tams admin token` and `tams admin user`: entries for the secret of accounts, which holds hashes only."""

import json
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cli.console import err, out
from cli.errors import one_line
from tams.access.accounts import TOKEN_BYTES, Account, Accounts, hash_password, hash_token
from tams.models.caller import Scope


class ScopeName(StrEnum):
    """The names that people type."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    ADMIN = "admin"


def _some(text: str) -> str:
    if not text.strip():
        raise typer.BadParameter("must not be empty")
    return text


def _all_some(texts: list[str] | None) -> list[str] | None:
    return [_some(each) for each in texts] if texts else texts


def _later(moment: datetime | None) -> datetime | None:
    """In UTC, unless the text names another zone."""
    if moment is None:
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= datetime.now(UTC):
        raise typer.BadParameter("must be in the future")
    return moment


Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="Name of the account, as shown in created_by and in the audit log.",
        callback=_some,
    ),
]
Scopes = Annotated[
    list[ScopeName] | None,
    typer.Option(
        "--scope", help="Scope to grant; repeat for several. Default: its current scopes, or read."
    ),
]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        help="Class it may use, such as news or news:read; repeat for several. Default: its current classes. "
        "For deployments with AuthClasses.",
        callback=_all_some,
    ),
]
Expires = Annotated[
    datetime | None,
    typer.Option(
        "--expires",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        help="Expiry time, in UTC unless an offset is given. Default: unchanged, or never.",
        callback=_later,
    ),
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into", help="File with the secret's JSON, to be updated. Default: print the entry."
    ),
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
            help="Keep the current token valid too, until you run this again without --keep-old.",
        ),
    ] = False,
) -> None:
    """Create a static token, or replace an account's. It is shown once; only its hash is stored."""
    made = secrets.token_urlsafe(TOKEN_BYTES)
    old = _read(into)
    before = _last(old.tokens, name)
    entry = _account(name, hash_token(made), before, scope, classes, expires)
    kept = [before] if keep_old and before else []
    tokens = (*(each for each in old.tokens if each.name != name), *kept, entry)
    _write(old.model_copy(update={"tokens": tokens}), into)
    err.print("The token, which cannot be shown again:")
    where = out if into is not None else err  # without a file, standard output is the entry alone
    where.print(made, highlight=False, soft_wrap=True)


def user(
    name: Name,
    scope: Scopes = None,
    classes: Classes = None,
    expires: Expires = None,
    into: Into = None,
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            confirmation_prompt=True,
            hide_input=True,
            show_default=False,
            callback=_some,
            help="Password. It is safer to leave this out and type it at the prompt.",
        ),
    ] = "",
) -> None:
    """Create a user with a password, or change it, for clients that only support HTTP Basic."""
    if ":" in name:
        raise typer.BadParameter(
            "the name must not contain a colon: HTTP Basic does not allow it", param_hint="NAME"
        )
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
    """Options that are not given leave their values unchanged."""
    given = Account(
        name=name,
        hash=hashed,
        scopes=tuple(Scope(f"tams-api/{each}") for each in scopes or (ScopeName.READ,)),
        classes=tuple(classes or ()),
        expires=expires,
    )
    if before is None:
        return given
    if expires is None and before.expires is not None and before.expires <= datetime.now(UTC):
        raise typer.BadParameter(
            "the current token has expired: give the expiry time of the new one",
            param_hint="--expires",
        )
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
    if into is None:
        return Accounts()
    try:
        if not into.exists() and into.parent.is_dir():
            return Accounts()
        return Accounts.model_validate_json(into.read_bytes())
    except ValidationError:
        raise typer.BadParameter(f"{into} does not contain accounts", param_hint="--into") from None
    except OSError as error:
        raise typer.BadParameter(one_line(error), param_hint="--into") from error


def _write(accounts: Accounts, into: Path | None) -> None:
    text = json.dumps(json.loads(accounts.model_dump_json(exclude_defaults=True)), indent=2)
    if into is None:
        out.print_json(text)
        return
    draft = into.with_name(f".{into.name}.new")  # or a crash would leave half of all accounts
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    if into.exists():
        draft.chmod(into.stat().st_mode)
    draft.write_text(text + "\n")
    draft.replace(into)
    err.print(f"updated {into}", highlight=False)
