"""`tams serve`: becomes the program that runs the service without Lambda."""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer


class Role(StrEnum):
    API = "api"
    WORKER = "worker"
    ALL = "all"


def serve(
    role: Annotated[Role, typer.Argument(help="The API, the background work, or both.")],
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. Default: 8000.")] = None,
    processes: Annotated[int | None, typer.Option(help="API processes. Default: 2.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes. Default: 1.")] = None,
) -> None:
    """Run the service without Lambda, until SIGTERM or Ctrl-C.

    All configuration comes from the environment: the variables of the functions (TAMS_VAST__…,
    TAMS_STORAGE_BACKENDS, TAMS_QUEUES__…, TAMS_ACCESS__…), and TAMS_SERVE__… for the processes. Without
    TAMS_QUEUES__…, workers look for work in VAST. Create the tables first, with `tams admin provision`.
    """
    given = {"--host": host, "--port": port, "--processes": processes, "--workers": workers}
    options = [f"{name}={value}" for name, value in given.items() if value is not None]
    sys.stdout.flush()
    command = [sys.executable, "-m", "serve", role.value, *options]
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted  # nosec B606
