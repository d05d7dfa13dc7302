"""On a schedule: finds the work that a lost queue message or a dead function left behind."""

from tams.container import Container
from tams.runtime.handlers import schedule_handler


def process(container: Container) -> dict[str, int]:
    return {
        "events_expired": container.event_log.expire(),
        "objects": container.object_cleanup.sweep(),
        "copies": container.object_copies.sweep(),
        "deletion_requests": container.deletion_requests.sweep(),
        "uploads": container.uploads.sweep(),
        "webhooks": container.event_relay.sweep(),
    }


lambda_handler = schedule_handler(process)
