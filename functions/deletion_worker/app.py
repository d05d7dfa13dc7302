"""SQS: ids of deletion requests; works them off in bounded steps and sends on what time does not allow."""

import logging

from tams.container import Container
from tams.deadline import SecondsLeft
from tams.errors import NotFoundError, TamsError
from tams.runtime.handlers import queue_handler

_log = logging.getLogger(__name__)


def process(container: Container, request_ids: list[str], seconds_left: SecondsLeft) -> None:
    """What VAST cannot do now, SQS tries again; a mistake of ours is noted where clients look."""
    for request_id in request_ids:
        try:
            container.deletion_requests.work_off(request_id, seconds_left)
        except NotFoundError:
            _log.info("deletion request %s has expired", request_id)
        except TamsError:
            raise
        except Exception as error:
            container.deletion_requests.fail(request_id, f"{type(error).__name__}; it was logged")
            raise


lambda_handler = queue_handler(process)
