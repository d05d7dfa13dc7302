"""S3's notifications of uploads, in the form that AWS, MinIO and compatible stores send."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from tams.timing.microseconds import to_us

_CREATED = "ObjectCreated:"


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes that S3 has stored under a key of a bucket, and when. S3's clock decides which came last."""

    bucket: str
    key: str
    size_bytes: int | None
    etag: str | None
    uploaded_us: int


def parse_notification(body: Any) -> list[Upload]:
    """The uploads that a message reports; none for a test event, or for other kinds of event.

    One message may hold several records. S3 may send it twice, and not in the order of the uploads. Raises
    KeyError or ValueError for a record that is not a notification.
    Source: AWS "Event message structure"; MinIO puts `EventName` and `Key` around the same records.
    """
    records = body.get("Records") if isinstance(body, dict) else None
    return list(_uploads(records or []))


def _number(size: Any) -> int | None:
    """VAST writes numbers as text."""
    return None if size is None or size == "" else int(size)


def _uploads(records: list[dict[str, Any]]) -> Iterator[Upload]:
    for record in records:
        if str(record["eventName"]).removeprefix("s3:").startswith(_CREATED):
            created = record["s3"]["object"]
            yield Upload(
                bucket=record["s3"]["bucket"]["name"],
                key=unquote_plus(created["key"]),
                size_bytes=_number(created.get("size")),
                etag=created["eTag"].strip('"') if created.get("eTag") else None,
                uploaded_us=to_us(datetime.fromisoformat(record["eventTime"])),
            )
