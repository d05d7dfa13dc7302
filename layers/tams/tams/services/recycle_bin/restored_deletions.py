"""Restores all that one DELETE deleted, however much it is, in bounded steps.

Each step is a transaction. If time runs out or something is in the way, what is back stays, and a repeat goes
on with the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tams.deadline import may_go_on
from tams.errors import NotFoundError, RequestFailedError
from tams.models.caller import Caller, Permission, classes_of
from tams.models.recycle_bin import BinEntry, BinKind, Collector, Restored
from tams.ports import Platform, Repositories
from tams.services.access.permissions import check
from tams.services.recycle_bin.recycle_bin import ENTRY
from tams.services.recycle_bin.restore import Outcome, RestoreService
from tams.services.recycle_bin.settled import check_done
from tams.timing.coverage import hull
from tams.timing.microseconds import to_us

STEP_FLOWS = 20
"""The most Flows in one transaction. Each takes some ten round trips."""


@dataclass(frozen=True, slots=True)
class DeletionRestoreService:
    one: RestoreService

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(RestoreService.of(platform, caller))

    def restore(self, deletion_id: str) -> Restored:
        """All of a deletion that the caller may read. `entries_left` counts those that time did not allow.

        Raises NotFoundError if nothing of it is kept; ConflictError while its deletion request is at work,
        and when something is in the way; ForbiddenError.
        """
        entries = self.one.store.read(lambda it: self._entries(it, deletion_id))
        flows = [each for each in entries if each.kind is BinKind.FLOW]
        groups = [flows[at : at + STEP_FLOWS] for at in range(0, len(flows), STEP_FLOWS)]
        groups += [[each] for each in entries if each.kind is BinKind.SEGMENTS]
        # A Source has come back with its first Flow, if it had one.
        groups += [[each] for each in entries if each.kind is BinKind.SOURCE]
        restored, left, unplaced = Restored(), len(entries), list[Collector]()
        for group in groups:
            while True:
                try:
                    part, has_more = self._step(group, unplaced)
                except RequestFailedError as error:
                    if restored.flow_ids:
                        error.add_place(
                            f"after {restored.segment_count} Segments of {len(restored.flow_ids)} Flows"
                        )
                    raise
                restored = _sum(restored, part)
                if not has_more:
                    left -= len(group)
                    break
                if not may_go_on():
                    break
            if left and not may_go_on():
                break
        told = {name for each in unplaced for name in each.left_out_names}
        left_out = tuple(dict.fromkeys(each for each in restored.left_out if each in told))
        return restored.model_copy(update={"left_out": left_out, "entries_left": left or None})

    def _entries(self, repositories: Repositories, deletion_id: str) -> list[BinEntry]:
        check_done(repositories, deletion_id)
        now_us, may = to_us(self.one.clock()), repositories.caller.may
        entries = [
            each
            for each in repositories.recycle_bin.of_deletion(deletion_id)
            if each.deletion.until_us > now_us and may(Permission.READ, classes_of(each.tags))
        ]
        if not entries:
            raise NotFoundError("deletion in the recycle bin", deletion_id)
        return sorted(entries, key=lambda each: each.resource_id)

    def _step(self, group: Sequence[BinEntry], unplaced: list[Collector]) -> tuple[Restored, bool]:
        """What came back, and whether there is more of an entry of Segments.

        `unplaced` are the members that earlier steps left out of collections; what is so after this one
        replaces them.
        """
        more, still = [False], list[Collector]()

        def work(repositories: Repositories) -> Outcome:
            repositories.recycle_bin.unplaced = still
            still[:] = unplaced  # anew for each attempt
            restored, resumed = Restored(), list[str]()
            for each in group:
                part, requests = self._entry(repositories, each)
                restored = _sum(restored, part)
                resumed += requests
            more[0] = group[0].kind is BinKind.SEGMENTS and (
                restored.segment_count >= self.one.at_once
            )
            return restored, resumed

        restored = self.one.perform(work, *(each.resource_id for each in group))
        unplaced[:] = still
        return restored, more[0]

    def _entry(self, repositories: Repositories, listed: BinEntry) -> Outcome:
        """Nothing, if it is back already: with an entry before it, or by somebody else."""
        bin_ = repositories.recycle_bin
        entry = None if listed.id in bin_.removed else bin_.find(listed.id, listed.resource_id)
        if entry is None:
            return Restored(), ()
        if entry.kind is not BinKind.SEGMENTS:
            return self.one.together(repositories, entry, whole_deletion=False)
        check(repositories.caller, Permission.DELETE, ENTRY, entry.id, classes_of(entry.tags))
        return self.one.slice_of(repositories, entry), ()


def _sum(first: Restored, second: Restored) -> Restored:
    spans = [each for each in (first.timerange, second.timerange) if each is not None]
    return Restored(
        source_id=first.source_id or second.source_id,
        flow_ids=tuple(dict.fromkeys((*first.flow_ids, *second.flow_ids))),
        segment_count=first.segment_count + second.segment_count,
        timerange=hull(spans) if spans else None,
        left_out=(*first.left_out, *second.left_out),
    )
