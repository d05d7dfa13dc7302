"""`python -m tams.runtime.clean`: what `tams admin clean` does. Without `--remove` it changes nothing."""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tams.errors import InvalidRequestError
from tams.ports import Queues
from tams.repositories.schema_status import stores_beside
from tams.runtime.deployment import Deployment
from tams.runtime.operator_settings import MediaSettings, settings_of
from tams.runtime.reporting import Reported, report
from tams.runtime.vast import vast_connection
from tams.services.leftovers.kinds import TITLES, leftovers_of


class SilentQueue:
    """A `tams.ports.CheckedQueue` that drops every hint: the work is done here, or swept later."""

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        """The store holds the work; a hint would only hasten it."""

    def check(self) -> None:
        """It always answers."""


class SilentQueues:
    def __init__(self) -> None:
        self.events = self.deliveries = self.deletions = SilentQueue()
        self.object_cleanup = self.copies = SilentQueue()


class OperatorPlatform(Deployment):
    """A deployment without queues."""

    queues: Queues = SilentQueues()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tams.runtime.clean", description=__doc__)
    parser.add_argument("--remove", action="store_true")
    parser.add_argument("--key-age-hours", type=float, default=24.0)
    parser.add_argument("--sole-owner", action="store_true")
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    arguments = parser.parse_args()
    return report(lambda: _clean(arguments))


def _clean(arguments: argparse.Namespace) -> dict[str, Any]:
    """Raises InvalidRequestError, SettingsError, BackendUnavailableError."""
    if unknown := [kind for kind in arguments.kinds if kind not in TITLES]:
        raise InvalidRequestError(f"there is no kind {unknown[0]!r}; there are {', '.join(TITLES)}")
    settings = settings_of(MediaSettings)
    platform, progress = OperatorPlatform(settings), Reported()
    sharing = stores_beside(vast_connection(settings))
    kinds = leftovers_of(platform, timedelta(hours=arguments.key_age_hours))
    found: dict[str, dict[str, Any]] = {}
    for name, kind in kinds.items():
        if arguments.kinds and name not in arguments.kinds:
            continue
        progress.stage(TITLES[name])
        is_held = name == "keys" and bool(sharing) and not arguments.sole_owner
        if arguments.remove:
            found[name] = {"removed": 0 if is_held else kind.remove(progress)}
        else:
            left = kind.find(progress)
            found[name] = {
                "title": TITLES[name],
                "count": left.count,
                "size_bytes": left.size_bytes,
                "examples": list(left.examples),
                "remarks": list(left.remarks),
                "held": is_held,
            }
    return {
        "schema": settings.vast.schema_,
        "buckets": sorted({backend.bucket for backend in settings.storage_backends}),
        "stores_beside": sharing,
        "kinds": found,
    }


if __name__ == "__main__":
    sys.exit(main())
