"""`python .ci/deploy.py PROFILE [--guided]`: `sam deploy` with the profile's parameters and a new `Release`.

SAM takes parameters either from its arguments or from samconfig.toml. `Release` has to differ each time, so
it is an argument, and the profile's own parameters come with it. Without a VastEndpoint among them, it is the
first deployment, which asks for the rest.
"""

import os
import shlex
import sys
import time
import tomllib
from pathlib import Path

CONFIG = Path("samconfig.toml")


def command(sam: str, profile: str, *, guided: bool) -> list[str]:
    """Raises KeyError for a profile that is not in samconfig.toml."""
    found = tomllib.loads(CONFIG.read_text())[profile]["deploy"]["parameters"]
    given = found.get("parameter_overrides", "")
    overrides = shlex.split(given) if isinstance(given, str) else list(given)
    kept = [each for each in overrides if not each.startswith("Release=")]
    is_first = not any(each.startswith("VastEndpoint=") for each in kept)
    asking = ["--guided"] if guided or is_first else []
    # Ten digits, as long as the part of it that names a version.
    release = f"Release={int(time.time())}"
    return [
        sam,
        "deploy",
        "--config-env",
        profile,
        *asking,
        "--parameter-overrides",
        *kept,
        release,
    ]


if __name__ == "__main__":
    try:
        arguments = command(
            os.environ.get("SAM", "sam"), sys.argv[1], guided="--guided" in sys.argv
        )
    except KeyError:
        sys.exit(f"{CONFIG} has no profile {sys.argv[1]!r}: add [{sys.argv[1]}.deploy.parameters]")
    os.execvp(arguments[0], arguments)  # noqa: S606 - no shell, our own arguments
