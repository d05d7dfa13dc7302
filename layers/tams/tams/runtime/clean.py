"""`python -m tams.runtime.clean`: what `tams admin clean` does. Without `--remove` it changes nothing."""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tams.errors import InvalidRequestError, RequestFailedError
from tams.ports import Progress, Queues
from tams.repositories.schema_status import stores_beside
from tams.runtime.deployment import Deployment
from tams.runtime.operator_settings import MediaSettings, settings_of
from tams.runtime.reporting import Reported, report
from tams.runtime.vast import vast_connection
from tams.services.leftovers.found import Found, Leftovers
from tams.services.leftovers.kinds import TITLES, leftovers_of

Document = dict[str, Any]


class SilentQueue:
    """A `tams.ports.CheckedQueue` that drops every hint: the work is done here, or swept later."""

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        """The store holds the work; a hint would only hasten it."""

    def check(self) -> None:
        """It always answers."""


class SilentQueues:
    def __init__(self) -> None:
        self.events = self.deliveries = self.deletions = SilentQueue()
        self.object_cleanup = self.copies = self.renders = SilentQueue()


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


def _clean(arguments: argparse.Namespace) -> Document:
    """Raises InvalidRequestError, SettingsError, BackendUnavailableError."""
    if unknown := [kind for kind in arguments.kinds if kind not in TITLES]:
        raise InvalidRequestError(f"there is no kind {unknown[0]!r}; there are {', '.join(TITLES)}")
    settings = settings_of(MediaSettings)
    platform, progress = OperatorPlatform(settings), Reported()
    sharing = stores_beside(vast_connection(settings))
    kinds = leftovers_of(platform, timedelta(hours=arguments.key_age_hours))
    wanted = {name: kinds[name] for name in kinds if name in (arguments.kinds or kinds)}
    found: dict[str, Document] = {}
    for name, kind in wanted.items():
        progress.stage(TITLES[name])
        left = kind.find(progress)
        found[name] = _shown(name, left, [] if arguments.sole_owner else _doubts(left, sharing))
    if arguments.remove:
        for name, kind in wanted.items():
            if found[name]["count"] and not found[name]["held"]:
                progress.stage(f"removing {TITLES[name]}")
                progress.begin(found[name]["count"])
                found[name] |= _removed(kind, progress)
    return {
        "schema": settings.vast.schema_,
        "buckets": sorted({backend.bucket for backend in settings.storage_backends}),
        "kinds": found,
    }


def _shown(name: str, left: Found, doubts: Sequence[str]) -> Document:
    return {
        "title": TITLES[name],
        "count": left.count,
        "size_bytes": left.size_bytes,
        "examples": list(left.examples),
        "remarks": list(left.remarks),
        "held": list(doubts),
        "removed": None,
        "error": None,
    }


def _doubts(left: Found, sharing: Sequence[str]) -> list[str]:
    """Why media may not be left over: one sentence each. Rows are the store's own in any case."""
    if left.size_bytes is None or not left.count:
        return []
    doubts = [left.doubt] if left.doubt else []
    if sharing:
        names = ", ".join(sharing)
        doubts.append(f"other stores on this VAST ({names}) may use the same buckets")
    return doubts


def _removed(kind: Leftovers, progress: Progress) -> Document:
    """How many are gone, also if an error ended the removal: what was removed stays removed."""
    count = 0
    try:
        for gone in kind.remove():
            count += gone
            progress.advance(gone)
    except RequestFailedError as error:
        return {"removed": count, "error": str(error)}
    return {"removed": count}


if __name__ == "__main__":
    sys.exit(main())
