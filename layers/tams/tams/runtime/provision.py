"""`python -m tams.runtime.provision`: create what is missing on VAST. Safe to run again at any time."""

import sys

from tams.errors import TamsError
from tams.repositories.provision import provision
from tams.runtime.aws import vast_connection
from tams.runtime.settings import Settings


def main() -> int:
    try:
        done = provision(vast_connection(Settings()))
    except TamsError as error:
        sys.stderr.write(f"provision: {error}\n")
        return 1
    for line in done or ["everything was there"]:
        sys.stdout.write(f"provision: {line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
