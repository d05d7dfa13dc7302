"""POSTs events to webhooks (EVT-1, EVT-2, EVT-24)."""

import http.client
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from tams.errors import InvalidRequestError
from tams.models.delivery import Answer
from tams.models.webhook import Webhook
from tams.models.webhook_headers import EVENT_ID, is_reserved
from tams.outbound.guarded_connection import (
    ConnectError,
    TargetRefusedError,
    guarded_connection,
    request_target,
)
from tams.outbound.targets import TargetPolicy

_LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Any 2xx accepts an event; a redirect counts as a failure, and is not followed.

    A receiver has `timeout_seconds` to connect, and as long again for its whole response.
    """

    policy: TargetPolicy
    timeout_seconds: float
    user_agent: str

    def send(self, webhook: Webhook, event_id: str, body: Mapping[str, Any]) -> Answer:
        payload = json.dumps(body, separators=(",", ":")).encode()
        try:
            self.policy.check_url(
                webhook.url
            )  # the policy may be stricter than when this was registered
        except InvalidRequestError as error:
            return Answer(str(error), hopeless=True)
        connection = guarded_connection(
            webhook.url, self.policy, timeout_seconds=self.timeout_seconds
        )
        try:
            connection.connect()
            return self._post(connection, webhook, event_id, payload)
        except TargetRefusedError:
            return Answer(
                "the webhook's host has an address that is not allowed for webhooks", hopeless=True
            )
        except ConnectError as error:
            return Answer(f"the webhook could not be reached: {error}")
        except TimeoutError:
            return Answer("the webhook did not answer in time")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(f"the webhook broke off the connection ({type(error).__name__})")
        finally:
            connection.close()

    def _post(
        self, connection: http.client.HTTPConnection, webhook: Webhook, event_id: str, body: bytes
    ) -> Answer:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self.user_agent,
            EVENT_ID: event_id,
        }
        name, value = webhook.api_key_name, webhook.api_key_value
        if name and value is not None and not is_reserved(name):
            headers[name] = value
        with _Deadline(connection, self.timeout_seconds) as deadline:
            try:
                connection.request("POST", request_target(webhook.url), body, headers)
                response = connection.getresponse()
                response.read(_LONGEST_ANSWER)
            except (OSError, http.client.HTTPException):
                if not deadline.passed:
                    raise
            if deadline.passed:  # which http.client may take for the end of the headers
                raise TimeoutError
        if 200 <= response.status < 300:
            return Answer()
        return Answer(
            f"the webhook answered {response.status}",
            _retry_after_seconds(response.headers.get("Retry-After")),
        )


class _Deadline:
    """Closes a connection when its time is up, however steadily bytes may trickle in."""

    def __init__(self, connection: http.client.HTTPConnection, seconds: float) -> None:
        self._connection = connection
        self._timer = threading.Timer(seconds, self._end)
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.passed = True
        if (sock := self._connection.sock) is not None:
            try:
                sock.shutdown(2)
            except OSError:
                return


def _retry_after_seconds(value: str | None) -> float | None:
    """Parses a number of seconds or a date; None for anything else."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for years and zones of many digits
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
