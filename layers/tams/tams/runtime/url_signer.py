"""The Lambda edge of url_signer: it knows the storage backends and nothing else."""

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from tams.object_stores.s3 import S3ObjectStores
from tams.runtime.storage import on_backends
from tams.settings import Settings

Event = dict[str, Any]

logger = Logger()


def url_signer_handler() -> Callable[[Event, Any], Event]:
    """Takes `objects`, pairs of a storage backend id and an Object id; returns `urls` in the same order."""

    @cache
    def object_stores() -> S3ObjectStores:
        return on_backends(S3ObjectStores, Settings())

    def lambda_handler(event: Event, _context: Any) -> Event:
        get_url = object_stores().get_url
        urls = [get_url(storage_id, object_id) for storage_id, object_id in event["objects"]]
        logger.info("signed", extra={"urls": len(urls)})
        return {"urls": urls}

    return lambda_handler
