"""Decides when a failing webhook is retried and when it is given up. Pure.

Times are noted by the clock of one host and read by that of another, and either may be wrong. A note that no
host with a correct clock can have made is therefore not believed.
"""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from tams.models.delivery import Answer, DeliveryState

if TYPE_CHECKING:
    from tams.settings.behaviour import WebhookSettings

NEVER_US = 2**62
"""When a webhook in error is retried."""

HELD_US = 2**61
"""When a webhook that has a sender is retried: never because of the time."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first_seconds` to `longest_seconds`; after `give_up_after` the webhook is in error.

    A sender has `lease_seconds` from one settlement to the next.
    """

    first_seconds: float
    longest_seconds: float
    give_up_after: timedelta
    lease_seconds: float

    @classmethod
    def of(cls, settings: "WebhookSettings") -> Self:
        return cls(
            settings.retry_first_seconds,
            settings.retry_longest_seconds,
            timedelta(seconds=settings.give_up_seconds),
            settings.lease_seconds,
        )

    def wait_seconds(self, attempts: int, answer: Answer) -> float:
        """The wait, with jitter, and no shorter than the receiver asked for."""
        longest = min(self.longest_seconds, self.first_seconds * 2 ** min(attempts, 30))
        jittered = random.uniform(longest / 2, longest)  # noqa: S311
        return max(jittered, min(answer.retry_after_seconds or 0, self.longest_seconds))

    def rests(self, state: DeliveryState, now_us: int) -> bool:
        """Whether it is too early to send. A time beyond the longest wait comes from a wrong clock."""
        if state.holder is not None:
            return state.next_us > now_us
        return now_us < state.next_us <= now_us + int(self.longest_seconds * 1e6)

    def failed(self, state: DeliveryState, now_us: int) -> DeliveryState:
        """The state with one more failure. A first failure in the future counts from now on."""
        since_us = now_us if state.failing_since_us is None else state.failing_since_us
        return replace(state, attempts=state.attempts + 1, failing_since_us=min(since_us, now_us))

    def gives_up(self, state: DeliveryState, now_us: int) -> bool:
        """Judges by elapsed time and the fewest attempts that fit into it, because a clock may have leapt."""
        assert state.failing_since_us is not None
        failing_for = timedelta(microseconds=now_us - state.failing_since_us)
        attempts_min = self.give_up_after.total_seconds() / self.longest_seconds
        return failing_for >= self.give_up_after and state.attempts >= attempts_min
