"""`python -m tams.runtime.provision`, and the function `provision`: create, migrate or check the tables.

Safe to run again at any time. Both need the settings of VAST, and neither storage nor queues.
"""

import argparse
import logging
import sys
from collections.abc import Callable
from typing import Any

from tams.errors import TamsError
from tams.repositories.provision import provision
from tams.repositories.schema_status import to_do
from tams.repositories.session import VastConnection
from tams.runtime.operator_settings import SettingsError, operator_settings
from tams.runtime.vast import vast_connection
from tams.vast.http_connection import Endpoint

NOTHING, SOMETHING, UNKNOWN = 0, 1, 2
"""Exit codes of `--check`: whether there is something to do."""


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(format="provision: %(message)s")
    logging.getLogger("tams").setLevel(logging.INFO)  # how far it is
    try:
        if arguments.check:
            return _check()
        done = _provision(renew_page_secret=arguments.renew_page_secret)
    except TamsError as error:
        sys.stderr.write(f"provision: {error}\n")
        return UNKNOWN if arguments.check else 1
    _tell(done or ["nothing to do"])
    return 0


def provision_handler() -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The `lambda_handler` of provision: `{}`, `{"check": true}` or `{"renew_page_secret": true}`.

    Returns `ready`, and in words what was `done`, or with `check` what is `to_do`. Its time may end before a
    long migration does: invoked again, it resumes.
    """

    def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        known = {"check", "renew_page_secret"}
        if unknown := sorted(event.keys() - known):
            raise SettingsError(
                f"unknown: {', '.join(unknown)}. Known are check, renew_page_secret"
            )
        if event.get("check"):
            found = to_do(_connection())
            return {"ready": not found, "to_do": found}
        done = _provision(renew_page_secret=bool(event.get("renew_page_secret")))
        return {"ready": not to_do(_connection()), "done": done}

    return lambda_handler


def _connection() -> VastConnection:
    """Raises SettingsError."""
    connection = vast_connection(operator_settings())
    try:
        for each in connection.endpoints:
            Endpoint.of(each)
    except ValueError as error:
        raise SettingsError(f"TAMS_VAST__ENDPOINT: {error}") from error
    return connection


def _provision(*, renew_page_secret: bool) -> list[str]:
    return provision(_connection(), renew_page_secret=renew_page_secret)


def _check() -> int:
    found = to_do(_connection())
    _tell(found or ["nothing to do"])
    return SOMETHING if found else NOTHING


def _tell(lines: list[str]) -> None:
    for line in lines:
        sys.stdout.write(f"provision: {line}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tams.runtime.provision", description="Create or migrate the tables on VAST."
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; list what would be done, and exit with 0 if there is nothing to do, 1 if "
        "there is something, or 2 if the check failed",
    )
    parser.add_argument(
        "--renew-page-secret",
        action="store_true",
        help="renew the secret that encrypts the event log's page keys; keys issued before stop working",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
