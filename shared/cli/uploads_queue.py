"""The queue in which the store finds reports of uploads."""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cli.addresses import is_local
from cli.console import err
from cli.errors import CommandError, one_line
from cli.stacks import local_keys

_AT_ONCE = 10
_BYTES_AT_ONCE = 200_000
_PAUSE_LONGEST_SECONDS = 10.0
_LIVES_SECONDS = 0.5
_REGION = re.compile(r"(?:^|\.)sqs\.([a-z0-9-]+)\.|^([a-z0-9-]+)\.queue\.")
_FINAL = {"AWS.SimpleQueueService.NonExistentQueue", "AccessDenied", "InvalidClientTokenId"}


class UploadsQueue:
    def __init__(self, url: str, data: Path) -> None:
        """`data` has the keys of a local stack. Raises CommandError for a URL that is none."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.path.strip("/"):
            raise CommandError(f"{url!r} is not the URL of an SQS queue")
        self._url = url
        self._sqs = _client(url, data)

    def send(
        self, bodies: Sequence[str], keep_alive: Callable[[], None], is_stopped: Callable[[], bool]
    ) -> bool:
        """Tries until the queue has all, or until stopped: then it returns False.

        Raises CommandError for a queue that does not exist or may not be used.
        """
        for batch in _batches(bodies):
            left = batch
            pause = 0.2
            while left := self._refused(left):
                if is_stopped():
                    return False
                _sleep(pause, keep_alive, is_stopped)
                pause = min(2 * pause, _PAUSE_LONGEST_SECONDS)
        return True

    def _refused(self, bodies: Sequence[str]) -> list[str]:
        """What the queue did not take."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow

        entries = [{"Id": str(number), "MessageBody": each} for number, each in enumerate(bodies)]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        except ClientError as error:
            if error.response["Error"].get("Code") in _FINAL:
                raise CommandError(f"the queue cannot be used: {one_line(error)}") from error
            return self._told(bodies, one_line(error))
        except BotoCoreError as error:
            return self._told(bodies, one_line(error))
        failed = [int(each["Id"]) for each in answer.get("Failed", ())]
        return [bodies[number] for number in failed]

    @staticmethod
    def _told(bodies: Sequence[str], why: str) -> list[str]:
        err.print(f"the queue did not take {len(bodies)} events, trying again: {why}", markup=False)
        return list(bodies)


def _sleep(seconds: float, keep_alive: Callable[[], None], is_stopped: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not is_stopped():
        keep_alive()
        time.sleep(min(_LIVES_SECONDS, left))


def _batches(bodies: Sequence[str]) -> list[list[str]]:
    batches: list[list[str]] = [[]]
    size = 0
    for body in bodies:
        if len(batches[-1]) == _AT_ONCE or (size + len(body) > _BYTES_AT_ONCE and batches[-1]):
            batches.append([])
            size = 0
        batches[-1].append(body)
        size += len(body.encode())
    return batches


def _client(url: str, data: Path) -> Any:
    from boto3.session import Session  # noqa: PLC0415 - slow, and rarely needed

    session: Any = Session()
    parts = urlsplit(url)
    if is_local(url):
        access_key, secret_key = local_keys(data, "aws")
        return session.client(
            "sqs",
            endpoint_url=f"{parts.scheme}://{parts.netloc}",
            region_name="us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
        )
    found = _REGION.search(parts.hostname or "")
    region = (found[1] or found[2]) if found else session.region_name
    return session.client("sqs", region_name=region)
