"""`python -m tams.runtime.provision`: create what is missing on VAST. Safe to run again at any time."""

import argparse
import logging
import sys

from tams.errors import RequestFailedError
from tams.repositories.provision import provision
from tams.runtime.operator_settings import SettingsError, operator_settings
from tams.runtime.vast import vast_connection


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tams.runtime.provision", description=__doc__)
    parser.add_argument(
        "--renew-page-secret",
        action="store_true",
        help="renew the secret that encrypts the event log's page keys; keys issued before stop working",
    )
    arguments = parser.parse_args()
    logging.basicConfig(format="provision: %(message)s")
    logging.getLogger("tams").setLevel(logging.INFO)  # how far it is
    try:
        connection = vast_connection(operator_settings())
        done = provision(connection, renew_page_secret=arguments.renew_page_secret)
    except (RequestFailedError, SettingsError) as error:
        sys.stderr.write(f"provision: {error}\n")
        return 1
    for line in done or ["nothing to do"]:
        sys.stdout.write(f"provision: {line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
