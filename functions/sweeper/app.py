"""On a schedule: finds the work that a lost queue message or a dead function left behind."""

import logging
from collections.abc import Callable

from tams.container import Container
from tams.errors import TamsError
from tams.runtime.handlers import schedule_handler

_log = logging.getLogger(__name__)


def process(container: Container) -> dict[str, int]:
    """Each kind by itself: S3 may be away while webhooks wait. The first failure is raised at the end."""
    done: dict[str, int] = {}
    failures: list[TamsError] = []

    def attempt(name: str, sweep: Callable[[], int | None]) -> None:
        try:
            if (count := sweep()) is not None:
                done[name] = count
        except TamsError as failure:
            _log.warning("%s failed: %s", name, failure)
            failures.append(failure)

    attempt("webhooks", container.event_relay.sweep)
    attempt("deletion_requests", container.deletion_requests.sweep)
    attempt("objects", container.object_cleanup.sweep)
    attempt("copies", container.object_copies.sweep)
    attempt("events_expired", container.event_log.expire)
    attempt("uploads", container.uploads.sweep)
    attempt("heartbeat", container.health.note_sweep)
    if failures:
        raise failures[0]
    return done


lambda_handler = schedule_handler(process)
