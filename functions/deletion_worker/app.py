"""SQS: ids of deletion requests; works them off in bounded steps and requeues what it has no time for."""

import logging

from tams.errors import NotFoundError, RequestFailedError
from tams.models.caller import Caller
from tams.ports import Platform
from tams.runtime.workers import queue_handler
from tams.services.deletion.requests import DeletionRequestService

_log = logging.getLogger(__name__)


def process(platform: Platform, request_ids: list[str]) -> None:
    """SQS retries what VAST cannot do now; a bug of ours is recorded where clients look."""
    requests = DeletionRequestService.of(platform, Caller.background("deletion worker"))
    for request_id in request_ids:
        try:
            requests.work_off(request_id)
        except NotFoundError:
            _log.info("deletion request %s has expired", request_id)
        except RequestFailedError:
            raise
        except Exception as error:
            requests.fail(request_id, f"{type(error).__name__}; the details have been logged")
            raise


lambda_handler = queue_handler(process)
