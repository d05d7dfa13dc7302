"""`python -m vastlocal`: start a local VAST."""

import argparse
import errno
import logging
import os
import sys
from pathlib import Path

from vastlocal.engine.database import DamagedError
from vastlocal.engine.directory import DirectoryInUseError, owned
from vastlocal.http.server import bind, serve
from vastlocal.settings import ACCESS_KEY, SECRET_KEY, ConflictMode, Settings


def _parse(arguments: list[str] | None) -> Settings:
    parser = argparse.ArgumentParser(
        prog="vastlocal",
        description="A local VAST database.",
        epilog=f"Its keys are the variables {ACCESS_KEY} and {SECRET_KEY}.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9090, help="0 takes any free port")
    parser.add_argument("--data", type=Path, required=True, help="directory of the database file")
    parser.add_argument("--bucket", action="append", required=True, help="may be repeated")
    parser.add_argument("--server-version", default="5.4.0.0", help="the version that the SDK sees")
    parser.add_argument(
        "--conflicts",
        type=ConflictMode,
        choices=list(ConflictMode),
        default=ConflictMode.STRICT,
        help="when two transactions that change one row collide",
    )
    parser.add_argument("--idle-timeout", type=float, default=300.0, metavar="SECONDS")
    options = parser.parse_args(arguments)
    return Settings(
        data=options.data,
        access_key=_key(parser, ACCESS_KEY),
        secret_key=_key(parser, SECRET_KEY),
        buckets=tuple(options.bucket),
        host=options.host,
        port=options.port,
        server_version=options.server_version,
        conflicts=options.conflicts,
        idle_timeout_seconds=options.idle_timeout,
    )


def _key(parser: argparse.ArgumentParser, variable: str) -> str:
    """Not an argument, which every user of this machine could read. Ends the process if it is missing."""
    return os.environ.get(variable) or parser.error(f"set {variable}=…")


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 after a clean stop, 1 when the port or the data cannot be used."""
    settings = _parse(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(name)s %(levelname)s %(message)s")
    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"is not available: {error}"
        sys.stderr.write(f"vastlocal: {settings.host}:{settings.port} {reason}\n")
        return 1
    try:
        with owned(settings.data):
            serve(settings, listener)
    except OSError as error:
        sys.stderr.write(f"vastlocal: {settings.data} cannot be used: {error.strerror}\n")
        return 1
    except (DamagedError, DirectoryInUseError) as error:
        sys.stderr.write(f"vastlocal: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
