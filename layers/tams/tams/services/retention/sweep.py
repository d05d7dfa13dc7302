"""Removes what is past its retention, in bounded steps, as if a client deleted it.

Each Flow's row says when the service is to look at it next, so a sweep costs nothing for Flows of which
nothing is due. A look that is interrupted is repeated.

Segments go from the start of the timeline on. One goes when it and all before it were registered long enough
ago. So a look reads only the start, however long the Flow is.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Self

from tams.deadline import may_go_on
from tams.models.caller import Caller
from tams.models.retention import KEPT_US, LOOK_US, NEVER_US, Retention
from tams.models.stored import StoredFlow
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.deletion import DeletionService, Outcome
from tams.services.deletion.disposal import DeletionOptions, Disposal
from tams.services.deletion.kept_segments import move_or_release
from tams.services.retention.policy import is_needed, policy_of
from tams.services.segments.window import PageRequest, reader_of
from tams.settings import Settings
from tams.timing import TimeRange
from tams.timing.microseconds import to_us

NAME = "retention"
"""Who deletes: clients see it in deletion requests, and in the recycle bin."""
FLOWS_MAX = 100
"""Flows found, or marked, in one transaction."""
_HOUR_US = 3_600_000_000
_PART = 24
"""Segments go up to this part of their age late, an hour at most: together, not one by one."""


@dataclass(frozen=True, slots=True)
class RetentionService:
    store: Store
    clock: Clock
    believed: Clock
    """Decides how old Segments are."""
    deletion: DeletionService
    settings: Settings

    @classmethod
    def of(cls, platform: Platform) -> Self:
        caller = replace(Caller.background("retention"), name=NAME)
        return cls(
            platform.store(caller),
            platform.clock,
            BelievedTime.of(platform),
            DeletionService.of(platform, caller),
            platform.settings,
        )

    def sweep(self) -> int | None:
        """Remove what is due, as much as there is time for.

        Returns how many Flows and Segments went, and None if the settings do not turn retention on.
        """
        if not self.settings.retention.enabled:
            return None
        now = self.believed()
        if not self._mark(to_us(now)):
            return 0
        gone = 0
        while due := self.store.read(lambda it: it.flows.due(to_us(now), FLOWS_MAX)):
            for flow_id in due:
                if not may_go_on():
                    return gone
                gone += self._look(flow_id, now)
        return gone

    def _mark(self, now_us: int) -> bool:
        """Marks the Flows of Sources whose tag has changed. Returns whether all are marked.

        No Flow is looked at before that, so marks only become more.
        """

        def step(repositories: Repositories) -> bool:
            due = repositories.sources.due(now_us, 1)
            if not due:
                return True
            source = repositories.sources.find(due[0])
            if source is not None and not repositories.flows.mark_due(due[0], FLOWS_MAX):
                repositories.sources.save_look(source, NEVER_US)
            return False

        while not self.store.write(step):
            if not may_go_on():
                return False
        return True

    def _look(self, flow_id: str, now: datetime) -> int:
        """One step on a Flow. Returns how many Segments went, or 1 for the Flow."""

        def work(repositories: Repositories) -> tuple[Outcome, int]:
            stored = repositories.flows.find(flow_id)
            if stored is None:
                return Outcome(), 0
            found = policy_of(repositories, stored.flow)
            if found is not None and not stored.flow.read_only:
                return self._apply(repositories, stored, found.retention, to_us(now))
            return _look_again(repositories, stored, KEPT_US if found else NEVER_US)

        outcome, count = self.store.write(work, flow_id)
        self.deletion.settle(outcome)
        return count

    def _apply(
        self, repositories: Repositories, stored: StoredFlow, retention: Retention, now_us: int
    ) -> tuple[Outcome, int]:
        if is_needed(repositories, stored):
            return _look_again(repositories, stored, now_us + _HOUR_US)
        due_us = retention.flow_due_us(stored.flow)
        if due_us is None:
            assert retention.age_us is not None
            return self._shorten(repositories, stored, now_us, retention.age_us)
        if due_us > now_us:
            return _look_again(repositories, stored, due_us)
        return self.deletion.remove(repositories, stored, self._disposal(repositories)), 1

    def _shorten(
        self, repositories: Repositories, stored: StoredFlow, now_us: int, age_us: int
    ) -> tuple[Outcome, int]:
        reader = reader_of(repositories, stored.outline, for_change=True)
        limit = self.settings.deletion.step_segments
        found, more = reader.page(PageRequest(TimeRange.eternity(), limit))
        old = list(takewhile(lambda each: each.created_us + age_us <= now_us, found))
        doomed: list[str] = []
        if old:
            deletion = self._disposal(repositories).deletion(self.clock())
            moment_us = to_us(moment_of_change(self.clock(), stored))
            doomed = move_or_release(repositories, stored, old, moment_us, deletion)
        if len(old) < len(found):
            next_us = found[len(old)].created_us + age_us
        else:
            next_us = LOOK_US if more else now_us + age_us
        if next_us != LOOK_US:
            next_us = max(next_us, now_us + min(age_us // _PART, _HOUR_US))
        _look_again(repositories, stored, next_us)
        return Outcome(doomed), len(old)

    def _disposal(self, repositories: Repositories) -> Disposal:
        return Disposal.of(self.settings, repositories.caller, DeletionOptions())


def _look_again(
    repositories: Repositories, stored: StoredFlow, next_us: int
) -> tuple[Outcome, int]:
    repositories.flows.save_look(stored, next_us)
    return Outcome(), 0
