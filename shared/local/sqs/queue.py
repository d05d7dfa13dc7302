"""One queue: which of its messages can be received now, and when the others can."""

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping

from local.sqs.attributes import DEFAULTS, redrive
from local.sqs.message import Message, message_id

Clock = Callable[[], float]


class Queue:
    """Messages are handed out in the order in which they became visible."""

    def __init__(self, name: str, arn: str, attributes: Mapping[str, str], clock: Clock) -> None:
        self.name = name
        self.arn = arn
        self.given = dict(attributes)
        """As created or changed, without defaults."""
        self.listeners: set[Callable[[], None]] = set()
        """Called whenever there may be a message to receive."""
        self._clock = clock
        self._made = self._changed = clock()
        self._visible: dict[str, Message] = {}
        self._hidden: dict[str, Message] = {}
        self._order = itertools.count()
        self._returning: list[tuple[float, int, Message]] = []
        """A heap of when hidden messages return, including some since deleted or hidden longer."""

    @property
    def attributes(self) -> dict[str, str]:
        self._look()
        delayed = sum(each.is_delayed for each in self._hidden.values())
        counts = {
            "ApproximateNumberOfMessages": len(self._visible),
            "ApproximateNumberOfMessagesDelayed": delayed,
            "ApproximateNumberOfMessagesNotVisible": len(self._hidden) - delayed,
            "CreatedTimestamp": int(self._made),
            "LastModifiedTimestamp": int(self._changed),
        }
        attributes = {"QueueArn": self.arn, **{name: str(count) for name, count in counts.items()}}
        return {**DEFAULTS, **self.given, **attributes}

    @property
    def redrive(self) -> tuple[str, int] | None:
        policy = self.given.get("RedrivePolicy")
        return redrive(policy) if policy else None

    @property
    def oldest_sent(self) -> float | None:
        self._look()
        return min((each.sent for each in self._all()), default=None)

    @property
    def visible(self) -> int:
        self._look()
        return len(self._visible)

    @property
    def first_sent(self) -> float:
        """When the first visible message in line was sent."""
        return next(iter(self._visible.values())).sent

    @property
    def next_return(self) -> float | None:
        """When the next hidden message may return."""
        return self._returning[0][0] if self._returning else None

    def number(self, attribute: str) -> int:
        return int(self.given.get(attribute, DEFAULTS[attribute]))

    def change(self, attributes: Mapping[str, str]) -> None:
        self.given |= attributes
        self._changed = self._clock()

    def add(self, message: Message, delay_seconds: float = 0) -> None:
        if delay_seconds:
            self._hide(message, self._clock() + delay_seconds)
        else:
            self._show(message)

    def receive(
        self, count: int, hidden_seconds: float, give_up: Callable[[Message], bool]
    ) -> list[Message]:
        """Up to `count` messages. `give_up` takes those received too often, if it has a place for them."""
        self._look()
        now = self._clock()
        received: list[Message] = []
        policy = self.redrive
        while self._visible and len(received) < count:
            message = self._visible.pop(next(iter(self._visible)))
            if policy is not None and message.receives >= policy[1] and give_up(message):
                continue
            message.hand_out(now, now + hidden_seconds)
            received.append(message)
        for (
            message
        ) in received:  # only now, so that a message hidden for no time comes only once in a batch
            self._hide(message, message.hidden_until)
        return received

    def delete(self, receipt: str) -> None:
        """Does nothing when the message is gone, or was handed out again. Raises SqsError."""
        if (message := self._held(receipt)) is not None:
            self._hidden.pop(message.id, None) or self._visible.pop(message.id, None)
            self._forget_deleted()

    def hide(self, receipt: str, seconds: float) -> bool:
        """Hides it from now on. Returns False when nobody is working on the message. Raises SqsError."""
        message = self._held(receipt)
        if message is None or message.id not in self._hidden:
            return False
        self._hide(message, self._clock() + seconds)
        return True

    def purge(self) -> None:
        self._visible.clear()
        self._hidden.clear()
        self._returning.clear()

    def _held(self, receipt: str) -> Message | None:
        self._look()
        found = message_id(receipt)
        message = self._hidden.get(found) or self._visible.get(found)
        return message if message is not None and message.receipt == receipt else None

    def _show(self, message: Message) -> None:
        self._visible[message.id] = message
        for listener in list(self.listeners):
            listener()

    def _hide(self, message: Message, until: float) -> None:
        message.hidden_until = until
        self._hidden[message.id] = message
        heapq.heappush(self._returning, (until, next(self._order), message))
        for listener in list(self.listeners):
            listener()

    def _forget_deleted(self) -> None:
        """Runs now and then, so that the heap does not outgrow the queue."""
        if len(self._returning) > 2 * len(self._hidden) + 64:
            self._returning = [
                (each.hidden_until, next(self._order), each) for each in self._hidden.values()
            ]
            heapq.heapify(self._returning)

    def _look(self) -> None:
        """Shows messages whose hiding is over, and drops those past their retention time."""
        now = self._clock()
        while self._returning and self._returning[0][0] <= now:
            until, _, message = heapq.heappop(self._returning)
            if message.hidden_until == until and self._hidden.get(message.id) is message:
                del self._hidden[message.id]
                self._visible[message.id] = message
        last_kept = now - self.number("MessageRetentionPeriod")
        while self._visible and (first := next(iter(self._visible.values()))).sent < last_kept:
            del self._visible[first.id]

    def _all(self) -> Iterator[Message]:
        return itertools.chain(self._visible.values(), self._hidden.values())
