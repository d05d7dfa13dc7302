"""SQS: S3's notifications of uploads; records them and registers the Segments they ask for."""

import logging
from typing import Any

from tams.models.upload import parse_notification
from tams.ports import Platform
from tams.runtime.workers import batch_handler
from tams.services.storage.uploads import UploadService

_log = logging.getLogger(__name__)


def process(platform: Platform, bodies: list[Any]) -> None:
    uploads = [upload for body in bodies for upload in parse_notification(body)]
    for refusal in UploadService.of(platform).take(uploads):
        _log.warning(
            "the upload of Object %r did not register a Segment of Flow %s: %s",
            refusal.object_id,
            refusal.flow_id,
            refusal.fault.summary,
        )


lambda_handler = batch_handler(process)
