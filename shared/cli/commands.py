"""Ends every command with exit code 0, or with one line on standard error and another code."""

import os
from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from cli.console import err
from cli.errors import one_line
from cli.register import WHERE, command_of

FAILED, INTERRUPTED = 1, 130

EXIT_CODES = (
    "Exit codes: 0 success, 1 failure, 2 wrong usage, 3 a damaged file, 130 interrupted. "
    "TAMS_DEBUG=1 shows the traceback of a failure."
)

_PYDANTIC = "Value error, "
"""Pydantic's prefix, which Typer leaves in front of the message."""


class Commands(TyperGroup):
    """The root command, and the only place where an error becomes a line."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        return list(WHERE)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in WHERE:  # so that Typer knows what else was meant
            self.commands = {name: command_of(name) for name in WHERE}
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer's signature
        if cmd_name in WHERE and cmd_name not in self.commands:
            self.commands[cmd_name] = command_of(cmd_name)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix(_PYDANTIC)
            raise
        except (typer.TyperException, typer.Exit, typer.Abort, BrokenPipeError):
            raise  # wrong usage, a deliberate end, or a reader that has gone: Typer handles them
        except KeyboardInterrupt:
            hint = ": run the same command again to resume" if _resumes(ctx) else ""
            _say(f"interrupted{hint}")
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            if os.environ.get("TAMS_DEBUG"):
                raise
            _say(one_line(error))
            raise typer.Exit(FAILED) from None


def _resumes(ctx: Any) -> bool:
    return bool(ctx.invoked_subcommand == "ingest")


def _say(text: str) -> None:
    err.print(f"[red]tams:[/red] {escape(text)}", highlight=False, soft_wrap=True)
