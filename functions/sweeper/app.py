"""On a schedule: finds the work that a lost queue message or a dead function left behind."""

import logging
from collections.abc import Callable

from tams.deadline import RESERVE_SECONDS, may_go_on, seconds_left, share
from tams.errors import RequestFailedError
from tams.models.caller import Caller
from tams.ports import Platform
from tams.runtime.workers import schedule_handler
from tams.services.batch.record import BatchCleanup
from tams.services.coverage.upkeep import CoverageUpkeep
from tams.services.deletion.requests import DeletionRequestService
from tams.services.events.log import EventLog
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.objects.copies import ObjectCopyService
from tams.services.recycle_bin.measure import MeasureService
from tams.services.recycle_bin.purge import PurgeService
from tams.services.retention.sweep import RetentionService
from tams.services.service.health import HealthService
from tams.services.storage.uploads import UploadService
from tams.services.webhooks.relay import EventRelay

SHARE_SECONDS = 4.0
"""For each kind of work. All of them, and the reserve, fit into the function's time."""

_log = logging.getLogger(__name__)


def process(platform: Platform) -> dict[str, int]:
    """Handles each kind separately: S3 may be down while webhooks wait. Raises the first failure last.

    Each gets a short share of the time first. The work that is not done then shares the rest.
    """
    caller = Caller.background("sweeper")
    sweeps: dict[str, Callable[[], int | None]] = {
        "webhooks": EventRelay.of(platform).sweep,
        "deletion_requests": DeletionRequestService.of(platform, caller).sweep,
        "recycle_bin": PurgeService.of(platform).sweep,
        "objects": ObjectCleanupService.of(platform).sweep,
        "copies": ObjectCopyService.of(platform).sweep,
        "events_expired": EventLog.of(platform, caller).expire,
        "batches_expired": BatchCleanup.of(platform).sweep,
        "uploads": UploadService.of(platform).sweep,
        "retention": RetentionService.of(platform).sweep,
        "recycle_bin_measured": MeasureService.of(platform).sweep,
        "coverage": CoverageUpkeep.of(platform).sweep,
        "heartbeat": HealthService.of(platform).note_sweep,
    }
    done: dict[str, int] = {}
    failures: list[RequestFailedError] = []

    def attempt(name: str, seconds: float) -> bool:
        """Returns whether there may be more to do."""
        with share(seconds) as own:
            try:
                if (count := sweeps[name]()) is not None:
                    done[name] = done.get(name, 0) + count
            except RequestFailedError as failure:
                _log.warning("%s failed: %s", name, failure)
                failures.append(failure)
                return False
        return own.used_up

    unfinished = [name for name in sweeps if attempt(name, SHARE_SECONDS)]
    while unfinished and may_go_on():
        attempt(unfinished.pop(0), (seconds_left() - RESERVE_SECONDS) / (len(unfinished) + 1))
    if failures:
        raise failures[0]
    return done


lambda_handler = schedule_handler(process)
