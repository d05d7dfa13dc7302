"""Settles between two sendings to a webhook: notes what was accepted, what is next, when to retry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tams.models.delivery import Announcement, Answer, Delivery, DeliveryState, Hint
from tams.models.error import Error
from tams.models.webhook import Webhook, WebhookStatus
from tams.ports import Clock, Repositories
from tams.services.access.event_permissions import redacted_events
from tams.services.events.announced import announcement_of, flows_of
from tams.services.webhooks.retry_policy import HELD_US, NEVER_US, RetryPolicy
from tams.timing.microseconds import to_us

EVENTS_MAX = 20
"""Events between two settlements: at most this many are sent twice after a crash."""

SEGMENTS_MAX = 2_000
"""Segments held in memory at once, not counting those of a single larger event."""

FAR = 256
"""After this many events for others, it pays to note that they need no second look."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a sender does until it settles: the events from one place to another, in order.

    Expired events have places and no announcements.
    """

    webhook: Webhook
    announcements: Sequence[Announcement]
    from_seq: int
    until_seq: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of a turn: everything up to `until_seq` is done; `answer` is a failure, if there was one."""

    until_seq: int
    answer: Answer | None = None
    stops: bool = False
    """There is no time for another turn."""


Outcome = tuple[Turn | None, float | None]
"""The next turn, or the seconds until the next look; neither when nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Settlement:
    clock: Clock
    policy: RetryPolicy

    def settle(
        self, repositories: Repositories, hint: Hint, holder: str, sent: Sent | None
    ) -> Outcome:
        """Settle inside one write transaction. `sent` is None when `holder` asks for its first turn."""
        webhook_id = hint.webhook_id
        state = repositories.deliveries.state(webhook_id)
        if not self._may_act(repositories, state, hint, holder, sent):
            return None, None
        webhook = repositories.webhooks.find(webhook_id)
        if webhook is None or webhook.status is WebhookStatus.DISABLED:
            return None, self._discard(repositories, state, gone=webhook is None)
        if webhook.status is WebhookStatus.ERROR:
            repositories.deliveries.save_state(replace(state, holder=None, next_us=NEVER_US))
            return None, None
        if sent is None:
            return self._next(repositories, webhook, state, holder)
        state = _without_sent(repositories, state, sent)
        if sent.answer is not None:
            return None, self._failed(repositories, webhook, state, sent.answer)
        return self._next(repositories, webhook, state, holder, stops=sent.stops, held=True)

    def _may_act(
        self,
        repositories: Repositories,
        state: DeliveryState,
        hint: Hint,
        holder: str,
        sent: Sent | None,
    ) -> bool:
        if sent is not None:
            return state.holder == holder  # if not, another sender has taken over
        if not self.policy.rests(state, to_us(self.clock())):
            return True
        if state.holder is None:
            return False
        if hint.turn == state.turn:
            return True  # its holder had a whole lease to settle, and did not
        # Collides with the holder's last settlement; the retry then sees what we were called for.
        repositories.deliveries.save_state(state)
        return False

    def _next(
        self,
        repositories: Repositories,
        webhook: Webhook,
        state: DeliveryState,
        holder: str,
        *,
        stops: bool = False,
        held: bool = False,
    ) -> Outcome:
        deliveries = repositories.deliveries
        last_seq = deliveries.relay_state().last_seq
        waiting = deliveries.waiting(webhook.id, state.cursor_seq, last_seq)
        if stops or not waiting:
            cursor_seq = state.cursor_seq if waiting else last_seq + 1
            if held or cursor_seq - state.cursor_seq >= FAR:
                idle = replace(state, holder=None, next_us=0, cursor_seq=cursor_seq)
                deliveries.save_state(idle)
            return None, 0 if waiting else None
        deliveries.save_state(replace(state, holder=holder, next_us=HELD_US))
        if webhook.status is WebhookStatus.CREATED:
            webhook = webhook.model_copy(update={"status": WebhookStatus.STARTED})
            repositories.webhooks.save(webhook)
        return _turn(repositories, webhook, waiting), None

    def _failed(
        self, repositories: Repositories, webhook: Webhook, state: DeliveryState, answer: Answer
    ) -> float | None:
        """How long to wait; None when the webhook has failed for good (WHK-18, WHK-23)."""
        now = self.clock()
        state = self.policy.failed(state, to_us(now))
        wait_seconds: float | None = None
        next_us = NEVER_US
        if answer.hopeless or self.policy.gives_up(state, to_us(now)):
            error = Error(type="DeliveryFailed", summary=answer.fault, time=now)
            failed = webhook.model_copy(update={"status": WebhookStatus.ERROR, "error": error})
            repositories.webhooks.save(failed)
        else:
            wait_seconds = self.policy.wait_seconds(state.attempts - 1, answer)
            next_us = to_us(now) + int(wait_seconds * 1e6)
        repositories.deliveries.save_state(replace(state, holder=None, next_us=next_us))
        return wait_seconds

    def _discard(
        self, repositories: Repositories, state: DeliveryState, *, gone: bool
    ) -> float | None:
        """WHK-26: keep nothing for a webhook that gets no more events. Deletes a batch at a time."""
        deliveries = repositories.deliveries
        last_seq = deliveries.relay_state().last_seq
        waiting = deliveries.waiting(state.webhook_id, state.cursor_seq, last_seq)
        deliveries.remove(waiting)
        if waiting:
            cleared = DeliveryState(state.webhook_id, waiting[-1].seq + 1, revision=state.revision)
            deliveries.save_state(cleared)
            return 0
        if gone:
            deliveries.forget_state(state.webhook_id)
        return None


def _without_sent(repositories: Repositories, state: DeliveryState, sent: Sent) -> DeliveryState:
    if sent.until_seq < state.cursor_seq:
        return state
    deliveries = repositories.deliveries
    done = deliveries.waiting(state.webhook_id, state.cursor_seq, sent.until_seq)
    deliveries.remove([delivery for delivery in done if delivery.seq <= sent.until_seq])
    state = replace(state, cursor_seq=sent.until_seq + 1)
    return replace(state, attempts=0, failing_since_us=None) if done else state


def _turn(repositories: Repositories, webhook: Webhook, waiting: Sequence[Delivery]) -> Turn:
    chosen = waiting[:EVENTS_MAX]
    found = repositories.events.find_many(chosen)
    events = redacted_events(repositories, webhook.read_classes, found.values())
    flows = flows_of(repositories, events.values())
    announcements: list[Announcement] = []
    until_seq, segments = chosen[0].seq, 0
    for delivery in chosen:
        if (
            event := events.get(delivery.event_id)
        ) is not None:  # otherwise it has expired, or is out of reach
            announcement = announcement_of(repositories, delivery.seq, event, flows)
            segments += len(announcement.segments)
            if announcements and segments > SEGMENTS_MAX:
                break
            announcements.append(announcement)
        until_seq = delivery.seq
    return Turn(webhook, announcements, chosen[0].seq, until_seq)
