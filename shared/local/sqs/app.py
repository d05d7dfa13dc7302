"""SQS over HTTP, as ASGI: the JSON protocol that current clients use, and waiting for messages."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from local.signed import is_signed_with
from local.sqs.actions import BATCH_MAX, Json, Queues
from local.sqs.errors import SqsError, bad_value, within
from local.sqs.message import Message
from local.sqs.queue import Queue
from vastlocal.http.doors import Door

AGES_PATH = "/oldest-seconds"

GATHER_SECONDS = 0.1
"""How old the first message must be before a receive that waits for several returns with fewer.

Each run of a function costs the same for one message as for ten, and messages tend to arrive together.
"""
_BODY_BYTES_MAX = 2_097_152
_TARGET = "AmazonSQS."
_SHAPES: dict[str, type[Any]] = {
    "QueueUrl": str,
    "Entries": list,
    "Attributes": dict,
    "AttributeNames": list,
    "MessageAttributes": dict,
    "MessageAttributeNames": list,
    "MessageSystemAttributeNames": list,
    "ReceiptHandle": str,
}

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class SqsApp:
    """Admits no web page, and only programs that have the access key. Ages are not secret."""

    def __init__(self, queues: Queues, door: Door, access_key: str) -> None:
        self._queues = queues
        self._door = door
        self._access_key = access_key

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        path = scope["path"]
        try:
            self._admit(path, headers)
            answer = await self._done(path, headers, receive)
        except SqsError as error:
            status = 403 if error.code == "AccessDeniedException" else 400
            content = {"__type": f"com.amazonaws.sqs#{error.code}", "message": error.message}
            await _answer(send, status, content, error.query_code)
        else:
            await _answer(send, 200, answer)

    async def _done(
        self, path: str, headers: dict[bytes, str], receive: Receive
    ) -> Mapping[str, Any] | None:
        if path == AGES_PATH:
            return self._ages()
        action, asked = _asked(headers, await _body(receive))
        if action == "ReceiveMessage":
            return await self._receive(asked, _Gone(receive))
        host = headers.get(b"host", "")
        return self._queues.do(action, asked, f"http://{host}")

    def _admit(self, path: str, headers: dict[bytes, str]) -> None:
        """Raises SqsError."""
        reason = self._door.refusal(headers.get(b"host"), headers.get(b"origin"))
        key = self._access_key
        if not (reason or path == AGES_PATH or is_signed_with(key, headers.get(b"authorization"))):
            reason = "requests must be signed with the access key of the local stack"
        if reason:
            raise SqsError("AccessDeniedException", reason)

    def _ages(self) -> dict[str, float]:
        """The age of each queue's oldest message, in seconds, which CloudWatch provides on AWS."""
        now = time.time()
        oldest = {name: queue.oldest_sent for name, queue in self._queues.by_name.items()}
        return {name: now - sent for name, sent in oldest.items() if sent is not None}

    async def _receive(self, asked: Json, gone: "_Gone") -> Json:
        """Takes no messages for a client that has disconnected."""
        queue = self._queues.of(asked)
        count = within(asked.get("MaxNumberOfMessages", 1), "MaxNumberOfMessages", 1, BATCH_MAX)
        default = queue.number("ReceiveMessageWaitTimeSeconds")
        wait = within(asked.get("WaitTimeSeconds", default), "WaitTimeSeconds", 0, 20)
        if wait:
            await _wait_for_one(queue, wait, gone)
            if 0 < queue.visible < count:
                await gone.within(queue.first_sent + GATHER_SECONDS - time.time())
        if gone.is_so:
            return {}
        received = self._queues.receive(queue, count, asked)
        return {"Messages": [_message_fields(each, asked) for each in received]} if received else {}


class _Gone:
    """Whether the client has disconnected."""

    def __init__(self, receive: Receive) -> None:
        self._task = asyncio.ensure_future(_disconnect(receive))

    @property
    def is_so(self) -> bool:
        return self._task.done()

    async def within(self, seconds: float, *others: asyncio.Future[None]) -> None:
        """Waits until the client is gone, one of the others is done, or the time is over."""
        waited = [self._task, *others]
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _wait_for_one(queue: Queue, seconds: float, gone: _Gone) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not queue.visible and not gone.is_so and (left := deadline - loop.time()) > 0:
        if (back := queue.next_return) is not None:
            left = min(left, max(0.0, back - time.time()) + 0.001)
        changed = loop.create_future()
        listener = _once(changed)
        queue.listeners.add(listener)
        try:
            await gone.within(left, changed)
        finally:
            queue.listeners.discard(listener)


def _once(changed: asyncio.Future[None]) -> Callable[[], None]:
    def listener() -> None:
        if not changed.done():
            changed.set_result(None)

    return listener


async def _body(receive: Receive) -> bytes:
    """Raises SqsError."""
    parts, length, more = [], 0, True
    while more:
        event = await receive()
        parts.append(event.get("body", b""))
        length += len(parts[-1])
        if length > _BODY_BYTES_MAX:
            raise SqsError("BatchRequestTooLong", "The request is larger than SQS takes.")
        more = event.get("more_body", False)
    return b"".join(parts)


def _asked(headers: dict[bytes, str], body: bytes) -> tuple[str, Json]:
    """The action and its parameters. Raises SqsError."""
    target = headers.get(b"x-amz-target", "")
    if not target.startswith(_TARGET):
        raise SqsError("InvalidAction", f"{target[:100]!r} is not an action of SQS (X-Amz-Target).")
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise bad_value("", "body", "It must be a JSON object.")
    for name, kind in _SHAPES.items():
        if not isinstance(asked.get(name, kind()), kind):
            raise bad_value(asked[name], name, "It has another type in the API.")
    if not all(isinstance(each, dict) for each in asked.get("Entries", ())):
        raise bad_value(asked["Entries"], "Entries", "Each is an object.")
    return target.removeprefix(_TARGET), asked


def _message_fields(message: Message, asked: Json) -> Json:
    system = {*asked.get("AttributeNames", ()), *asked.get("MessageSystemAttributeNames", ())}
    return message.as_received(system, set(asked.get("MessageAttributeNames", ())))


async def _answer(
    send: Send, status: int, content: Mapping[str, Any] | None, query_code: str = ""
) -> None:
    body = json.dumps(content or {}).encode()
    headers = [
        (b"content-type", b"application/x-amz-json-1.0"),
        (b"content-length", str(len(body)).encode()),
    ]
    if query_code:
        headers.append((b"x-amzn-query-error", f"{query_code};Sender".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
