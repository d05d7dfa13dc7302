"""On a schedule: finds the work that a lost queue message or a dead function left behind."""

import logging
from collections.abc import Callable

from tams.errors import RequestFailedError
from tams.models.caller import Caller
from tams.ports import Platform
from tams.runtime.workers import schedule_handler
from tams.services.batch.record import BatchCleanup
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

_log = logging.getLogger(__name__)


def process(platform: Platform) -> dict[str, int]:
    """Handles each kind separately: S3 may be down while webhooks wait. Raises the first failure last."""
    caller = Caller.background("sweeper")
    done: dict[str, int] = {}
    failures: list[RequestFailedError] = []

    def attempt(name: str, sweep: Callable[[], int | None]) -> None:
        try:
            if (count := sweep()) is not None:
                done[name] = count
        except RequestFailedError as failure:
            _log.warning("%s failed: %s", name, failure)
            failures.append(failure)

    attempt("webhooks", EventRelay.of(platform).sweep)
    attempt("deletion_requests", DeletionRequestService.of(platform, caller).sweep)
    attempt("recycle_bin", PurgeService.of(platform).sweep)
    attempt("objects", ObjectCleanupService.of(platform).sweep)
    attempt("copies", ObjectCopyService.of(platform).sweep)
    attempt("events_expired", EventLog.of(platform, caller).expire)
    attempt("batches_expired", BatchCleanup.of(platform).sweep)
    attempt("uploads", UploadService.of(platform).sweep)
    attempt("retention", RetentionService.of(platform).sweep)
    attempt("recycle_bin_measured", MeasureService.of(platform).sweep)
    attempt("heartbeat", HealthService.of(platform).note_sweep)
    if failures:
        raise failures[0]
    return done


lambda_handler = schedule_handler(process)
