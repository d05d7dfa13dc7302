"""The stored state of events on their way to webhooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tams.models.stored import StoredEvent, StoredSegment


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook. `seq` is its place among all events, given by the relay."""

    webhook_id: str
    seq: int
    event_id: str
    created_us: int


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How far a webhook has got: `cursor_seq` is at or before the first waiting event.

    While a sender is at work it is the `holder`, and `next_us` is HELD_US. While deliveries fail there is no
    holder, nobody tries before `next_us`, and `failing_since_us` is the time of the first failure.
    """

    webhook_id: str
    cursor_seq: int = 0
    attempts: int = 0
    failing_since_us: int | None = None
    next_us: int = 0
    holder: str | None = None
    revision: int = 0

    @property
    def turn(self) -> str:
        """A value that a live holder changes with each settlement."""
        return f"{self.holder}/{self.cursor_seq}"


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint that a webhook may have events waiting or, with `turn`, that its sender should have settled."""

    webhook_id: str
    turn: str | None = None

    @property
    def text(self) -> str:
        """Its form in a queue message."""
        return self.webhook_id if self.turn is None else f"{self.webhook_id} {self.turn}"

    @classmethod
    def parse(cls, text: str) -> Self:
        webhook_id, _, turn = text.partition(" ")
        return cls(webhook_id, turn or None)


@dataclass(frozen=True, slots=True)
class RelayState:
    """`last_seq` is the last place assigned; no event with a place is stamped later than `newest_us`.

    Keys of places are encrypted with `page_secret`.
    """

    last_seq: int = 0
    newest_us: int = 0
    page_secret: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Relations:
    """The collections that Flows and Sources belong to: ids of collectors by id."""

    of_flows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    of_sources: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event with everything its document needs."""

    seq: int
    event: StoredEvent
    segments: Sequence[StoredSegment] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A receiver's answer to an event. `fault` is for clients to read, and empty when the event was accepted.

    `hopeless`: trying again will not help.
    """

    fault: str = ""
    retry_after_seconds: float | None = None
    hopeless: bool = False
