"""Looks for work in VAST, where no queue hints at it. The sweeper does the same, but less often."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from serve.memory_queues import WorkerQueues
from tams.deadline import invocation
from tams.errors import RequestFailedError
from tams.models.caller import Caller
from tams.ports import Platform
from tams.services.deletion.requests import DeletionRequestService
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.objects.copies import ObjectCopyService
from tams.services.storage.uploads import UploadService
from tams.services.webhooks.relay import EventRelay

_ROUND_SECONDS = 30.0
_SELDOM = 5
"""Uploads are asked for one by one, at S3, and every webhook is looked at: at every fifth look only."""

logger = Logger()


@dataclass(frozen=True)
class Look:
    """Several workers may look at once: those who take the work agree in VAST who does it."""

    platform: Platform
    queues: WorkerQueues
    every_seconds: float
    stopped: threading.Event

    def run(self) -> None:
        caller = Caller.background("worker")
        often: Mapping[str, Callable[[], object]] = {
            "events": EventRelay.of(self.platform).relay,
            "deletion_requests": DeletionRequestService.of(self.platform, caller).sweep,
            "objects": ObjectCleanupService.of(self.platform).sweep,
            "copies": ObjectCopyService.of(self.platform).sweep,
        }
        seldom = {
            **often,
            "webhooks": EventRelay.of(self.platform).sweep,
            "uploads": UploadService.of(self.platform).sweep,
        }
        count = 0
        while not self.stopped.is_set():
            self._look(often if count % _SELDOM else seldom)
            count += 1
            self.stopped.wait(self.every_seconds)

    def _look(self, sweeps: Mapping[str, Callable[[], object]]) -> None:
        for name, sweep in sweeps.items():
            try:
                with invocation(lambda: _ROUND_SECONDS):
                    sweep()
            except RequestFailedError as error:
                logger.warning(
                    "work cannot be looked for", extra={"kind": name, "reason": str(error)}
                )
