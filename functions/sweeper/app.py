"""On a schedule: finds the work that a lost queue message or a dead function left behind."""

import logging

from tams.container import Container
from tams.errors import TamsError
from tams.runtime.handlers import schedule_handler

_log = logging.getLogger(__name__)


def process(container: Container) -> dict[str, int]:
    """Each kind by itself: S3 may be away while webhooks wait. The first failure is raised at the end."""
    done: dict[str, int] = {}
    failures: list[TamsError] = []
    for name, sweep in {
        "webhooks": container.event_relay.sweep,
        "deletion_requests": container.deletion_requests.sweep,
        "objects": container.object_cleanup.sweep,
        "copies": container.object_copies.sweep,
        "events_expired": container.event_log.expire,
        "uploads": container.uploads.sweep,
        "heartbeat": container.health.note_sweep,
    }.items():
        try:
            done[name] = sweep()
        except TamsError as failure:
            _log.warning("%s failed: %s", name, failure)
            failures.append(failure)
    if failures:
        raise failures[0]
    return done


lambda_handler = schedule_handler(process)
