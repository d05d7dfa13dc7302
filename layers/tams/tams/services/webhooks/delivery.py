"""Sends a webhook its events: in order, one sender at a time, repeated until they are accepted.

The sender holds the webhook's state in VAST, sends some events, and settles by removing the accepted ones. If
it dies, a later hint finds the webhook at the same turn (`event_relay`), and whatever it had not settled is
sent again. A webhook that fails waits longer each time; no other webhook waits for it.
"""

import logging
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

from tams.deadline import seconds_left
from tams.metrics import (
    DELIVERIES_ACCEPTED,
    DELIVERIES_FAILED,
    DELIVERY_AGE,
    WEBHOOKS_IN_ERROR,
    measure,
)
from tams.models.caller import Caller
from tams.models.delivery import Answer, Hint
from tams.models.webhook import Webhook
from tams.ports import EventSender, Platform, Queue, Store
from tams.services.events.documents import EventDocuments
from tams.services.webhooks.retry_policy import RetryPolicy
from tams.services.webhooks.settlement import Sent, Settlement, Turn
from tams.timing.microseconds import to_us

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    store: Store
    sender: EventSender
    documents: EventDocuments
    queue: Queue
    settlement: Settlement

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(
            platform.store(Caller.background("webhook delivery")),
            platform.event_sender,
            EventDocuments(platform.url_signer, platform.backends),
            platform.queues.deliveries,
            Settlement(platform.clock, RetryPolicy.of(platform.settings.webhooks)),
        )

    def deliver(self, hint: Hint) -> int:
        """Send waiting events as long as time allows. Returns how many were accepted.

        Raises BackendUnavailableError; every settlement before that is durable.
        """
        holder, taken = str(uuid4()), 0
        turn: Turn | None = None
        sent: Sent | None = None
        while True:
            last_turn = turn
            turn, again_seconds = self._settle(hint, holder, sent)
            if last_turn is not None and sent is not None and sent.answer is not None:
                measure(DELIVERIES_FAILED)
                if again_seconds is None:
                    measure(WEBHOOKS_IN_ERROR)
                _log_failure(last_turn.webhook, sent.answer, again_seconds)
            if again_seconds is not None:
                self.queue.send([hint.webhook_id], delay_seconds=again_seconds)
            if turn is None:
                return taken
            sent, count = self._send(turn)
            measure(DELIVERIES_ACCEPTED, count)
            taken += count

    def _settle(
        self, hint: Hint, holder: str, sent: Sent | None
    ) -> tuple[Turn | None, float | None]:
        return self.store.write(
            lambda repositories: self.settlement.settle(repositories, hint, holder, sent)
        )

    def _send(self, turn: Turn) -> tuple[Sent, int]:
        """The result of the turn, and how many events were accepted."""
        half = self.settlement.policy.lease_seconds / 2
        until = time.monotonic() + half
        last_seq = turn.from_seq - 1
        for oldest in turn.announcements[:1]:
            now_us = to_us(self.settlement.clock())
            measure(DELIVERY_AGE, max(0.0, (now_us - oldest.event.created_us) / 1e6))
        bodies = self.documents.of(turn.announcements, turn.webhook)
        for count, (announcement, body) in enumerate(zip(turn.announcements, bodies, strict=True)):
            if seconds_left() < half:
                return Sent(last_seq, stops=True), count
            if time.monotonic() > until:
                return Sent(last_seq), count
            answer = self.sender.send(turn.webhook, announcement.event.id, body)
            if answer.fault:
                return Sent(last_seq, answer), count
            last_seq = announcement.seq
        return Sent(turn.until_seq), len(turn.announcements)


def _log_failure(webhook: Webhook, answer: Answer, wait_seconds: float | None) -> None:
    """Names the receiver by its host alone: the rest of a URL may hold a secret."""
    _log.warning(
        "webhook %s to %s failed: %s; %s",
        webhook.id,
        urlsplit(webhook.url).hostname,
        answer.fault,
        "not retried" if wait_seconds is None else f"next try in {wait_seconds:.0f} s",
    )
