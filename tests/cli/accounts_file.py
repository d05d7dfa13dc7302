"""`tams admin token` and `tams admin user` as an operator runs them, and the file they keep."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.main import app
from tams.access.accounts import Accounts
from tests.access.finding import Authorizer

PASSWORD = "a long password: with a colon"


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str


def run(*arguments: str, typed: str | None = None) -> Told:
    """`tams admin …`; whatever goes wrong ends in words, never in a traceback."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["admin", *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


def token(into: Path, name: str = "robot", *options: str) -> str:
    told = run("token", name, "--into", str(into), *options)
    assert told.code == 0, told.err
    return told.out.strip()


def user(into: Path, name: str = "bob", *options: str, password: str = PASSWORD) -> None:
    told = run("user", name, "--into", str(into), *options, typed=f"{password}\n{password}\n")
    assert told.code == 0, told.err


def authorizer(into: Path) -> Authorizer:
    return Authorizer(accounts=Accounts.model_validate_json(into.read_text()), classes=True)


def entries(into: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(into.read_text())
    return found
