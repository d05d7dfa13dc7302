"""Restores what was deleted, under the rules for new Flows and Segments.

What one request deleted belongs together: a Source comes back with the Flows that went with it. A restore and
a purge of the same entry hold the same guard, so one of them wins, whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tams.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    quoted,
)
from tams.models.caller import Caller, Permission
from tams.models.recycle_bin import BinEntry, BinKind, Restored
from tams.models.stored import StoredFlow
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import flow_to
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_after, moment_of_change
from tams.services.deletion.sources import FLOWS_MAX
from tams.services.recycle_bin.recycle_bin import entry_to
from tams.services.recycle_bin.restored_flows import Restoration, check_restorable
from tams.services.recycle_bin.restored_segments import find_segments, restore_segments
from tams.services.recycle_bin.settled import check_settled, covered_by
from tams.timing import TimeRange
from tams.timing.microseconds import from_us, to_us

Outcome = tuple[Restored, Sequence[str]]
"""What came back, and the deletion requests that go on."""


@dataclass(frozen=True, slots=True)
class RestoreService:
    store: Store
    clock: Clock
    deletions: Queue
    at_once: int
    """The most Segments that one request puts back on a timeline. A deleted Flow may have any number."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller),
            platform.clock,
            platform.queues.deletions,
            platform.settings.deletion.at_once_segments,
        )

    def flow(self, flow_id: str) -> Restored:
        """The latest Flow of this id that was deleted, with its Segments and its place in collections.

        Raises NotFoundError, ForbiddenError, ConflictError.
        """
        return self._restore_latest(flow_id, BinKind.FLOW, "Flow", whole_deletion=False)

    def source(self, source_id: str) -> Restored:
        """A Source with the Flows that were deleted together with it. Raises as `flow` does."""
        return self._restore_latest(source_id, BinKind.SOURCE, "Source", whole_deletion=True)

    def segments(self, flow_id: str, timerange: TimeRange, *, partial: bool = False) -> Restored:
        """The deleted Segments of a Flow that `timerange` covers, those deleted last first.

        Raises NotFoundError, also when there are none; ForbiddenError; ConflictError, and InvalidRequestError
        if there are too many.
        """

        def work(repositories: Repositories) -> Outcome:
            stored = writable(flow_to(Permission.WRITE, repositories, flow_id))
            entries = repositories.recycle_bin.of(flow_id, BinKind.SEGMENTS, self._now_us())
            return self._segments(repositories, stored, entries, timerange, partial=partial), ()

        return self.perform(work, flow_id)

    def entry(self, entry_id: str) -> Restored:
        """One entry. Raises as the methods above.

        In a batch, it may have come back with an entry before it: a Flow with its Source, or the other way.
        """

        def work(repositories: Repositories) -> Outcome:
            if entry_id in repositories.recycle_bin.removed:
                return Restored(), ()
            entry = entry_to(Permission.DELETE, repositories, entry_id, self._now_us())
            if entry.kind is BinKind.SEGMENTS:
                self._check_room(repositories, entry)
                stored = writable(flow_to(Permission.WRITE, repositories, entry.resource_id))
                every = TimeRange.eternity()
                return self._segments(repositories, stored, [entry], every, partial=False), ()
            whole = entry.kind is BinKind.SOURCE
            return self.together(repositories, entry, whole_deletion=whole)

        return self.perform(work, entry_id)

    def _check_room(self, repositories: Repositories, entry: BinEntry) -> None:
        """A batch is one transaction too. Raises InvalidRequestError."""
        before, count = repositories.recycle_bin.restored_count, entry.of.timeline.segment_count
        if before and before + count > self.at_once:
            raise InvalidRequestError(
                f"with the {count} Segments of this entry, the batch would restore {before + count}, and "
                f"one transaction restores {self.at_once} at most: send a batch of fewer entries, or use "
                "partial=true"
            )

    def _restore_latest(
        self, resource_id: str, kind: BinKind, name: str, *, whole_deletion: bool
    ) -> Restored:
        def work(repositories: Repositories) -> Outcome:
            entries = repositories.recycle_bin.of(resource_id, kind, self._now_us())
            if not entries:
                raise NotFoundError(f"deleted {name}", resource_id)
            return self.together(repositories, entries[0], whole_deletion=whole_deletion)

        return self.perform(work, resource_id)

    def together(
        self, repositories: Repositories, entry: BinEntry, *, whole_deletion: bool
    ) -> Outcome:
        """A Flow or a Source, and with `whole_deletion` the Flows that went with it. Raises as `flow`."""
        check_restorable(repositories.caller, entry)
        check_settled(repositories, [entry.source_id])
        entries = [entry]
        if whole_deletion:
            entries = repositories.recycle_bin.of_deletion(entry.deletion.id)
            _check_fits(entry, len(entries) - 1)
        flows = [each for each in entries if each.kind is BinKind.FLOW]
        if entry.source is not None and not entry.source.is_kept and not flows:
            raise ConflictError(
                f"Source {quoted(entry.resource_id)} was deleted with its last Flow, which the recycle bin "
                "does not have any more: restore another of its Flows, which brings the Source back, or "
                "create it with POST /sources"
            )
        restoration = Restoration(repositories, self._moment(repositories, entries))
        if entry.kind is BinKind.SOURCE:
            restoration.source(entry)
        for each in flows:
            try:
                restoration.flow(each)
            except NotFoundError as error:
                if entry.kind is BinKind.FLOW:
                    raise
                raise ForbiddenError(
                    "You do not have permission to restore all Flows of this Source"
                ) from error
        restoration.end()
        restored = Restored(
            source_id=entry.source_id,
            flow_ids=tuple(each.of.flow.id for each in flows),
            segment_count=sum(each.of.timeline.segment_count for each in flows),
            left_out=tuple(restoration.left_out),
        )
        return restored, restoration.resumed

    def slice_of(self, repositories: Repositories, entry: BinEntry) -> Restored:
        """The first `at_once` Segments of an entry of Segments. Raises as `segments`."""
        stored = writable(flow_to(Permission.WRITE, repositories, entry.resource_id))
        every = TimeRange.eternity()
        return self._segments(repositories, stored, [entry], every, partial=False, in_slices=True)

    def _segments(
        self,
        repositories: Repositories,
        stored: StoredFlow,
        entries: Sequence[BinEntry],
        timerange: TimeRange,
        *,
        partial: bool,
        in_slices: bool = False,
    ) -> Restored:
        repositories.guards.hold([stored.flow.id])  # against a purge
        found = find_segments(
            repositories, stored, entries, timerange, self.at_once, in_slices=in_slices
        )
        if not found:
            raise NotFoundError(
                "stretch of deleted Segments",
                str(timerange),
                f"the recycle bin has no Segments of Flow {stored.flow.id} entirely within it",
            )
        check_settled(repositories, covered_by(stored.flow.source_id, found))
        now_us = to_us(moment_of_change(self.clock(), stored))
        restored = restore_segments(repositories, stored, found, now_us, partial=partial)
        if not restored.segment_count:
            raise ConflictError("all of these Segments overlap Segments that the Flow has now")
        return restored

    def _moment(self, repositories: Repositories, entries: Sequence[BinEntry]) -> datetime:
        """After every event of these Flows and Sources. Their guards keep others from creating or purging."""
        ids = {entry.resource_id for entry in entries} | {entry.source_id for entry in entries}
        return moment_after(self.clock(), from_us(repositories.guards.hold(ids)))

    def perform(self, work: Callable[[Repositories], Outcome], *contended: str) -> Restored:
        """In one transaction."""
        restored, resumed = self.store.write(work, *contended)
        self.deletions.send(resumed)
        return restored

    def _now_us(self) -> int:
        return to_us(self.clock())


def _check_fits(entry: BinEntry, flow_count: int) -> None:
    """Raises ConflictError if more Flows went with the Source than one transaction restores."""
    if flow_count > FLOWS_MAX:
        raise ConflictError(
            f"{flow_count} Flows were deleted with Source {quoted(entry.resource_id)}, but one request "
            f"restores at most {FLOWS_MAX}: restore them by their entries (GET /recycle-bin?kind=flow"
            f"&source_id={entry.resource_id}), 100 at a time, with POST /recycle-bin/restore?partial=true. "
            "The Source comes back with the first"
        )
