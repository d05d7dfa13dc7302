"""Runs operators' programs of the service, with the variables of one VAST, and shows how far they are.

The `tams` command is a client like any other. For what only the service's own code may do, it runs
programs of `tams.runtime`, as `make provision` does.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from cli.commands import INTERRUPTED
from cli.console import err
from cli.errors import CommandError
from cli.progress import Progress, bar


def run(program: str, environment: Mapping[str, str], *arguments: str) -> int:
    """Runs a program that prints its own output. Returns its exit code."""
    done = subprocess.run(_command(program, arguments), env=environment, check=False)  # noqa: S603 - our own program, with our own arguments
    return done.returncode


def answer_of(program: str, environment: Mapping[str, str], *arguments: str) -> str:
    """What a program prints, and its exit code. Raises CommandError if it prints nothing."""
    done = subprocess.run(  # noqa: S603 - our own program, with our own arguments
        _command(program, arguments), env=environment, capture_output=True, text=True, check=False
    )
    if not done.stdout:
        last = done.stderr.strip().rpartition("\n")[2]
        raise CommandError(last or f"{program} ended without an answer")
    return done.stdout


def result_of(
    program: str, environment: Mapping[str, str], *arguments: str, words: str
) -> dict[str, Any]:
    """The result of a program that reports as `tams.runtime.reporting` says. Raises CommandError."""
    result: dict[str, Any] | None = None
    with (
        bar(err, words) as progress,
        subprocess.Popen(  # noqa: S603 - our own program, with our own arguments
            _command(program, arguments), env=environment, stdout=subprocess.PIPE, text=True
        ) as running,
    ):
        assert running.stdout is not None
        for line in running.stdout:
            said = json.loads(line)
            if "error" in said:
                raise CommandError(said["error"])
            result = said.get("result", result)
            _show(said, progress)
    if running.returncode == INTERRUPTED:
        raise KeyboardInterrupt
    if result is None:
        raise CommandError(f"{program} ended unexpectedly, with exit code {running.returncode}")
    return result


def _show(said: Mapping[str, Any], progress: Progress) -> None:
    if "stage" in said:
        progress.stage(said["stage"])
    if "begin" in said:
        progress.begin(said["begin"])
    if "advance" in said:
        progress.advance(said["advance"])


def _command(program: str, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", program, *arguments]
