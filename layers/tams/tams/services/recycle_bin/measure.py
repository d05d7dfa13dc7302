"""Measures how many bytes the entries of the recycle bin keep, in the background and in bounded steps.

A deletion does not: what a long Flow keeps is known only after reading all its Segments. Small entries are
measured many in one transaction. A long one is measured slice by slice, and `measuring` says how far.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tams.deadline import may_go_on
from tams.models.caller import Caller
from tams.models.recycle_bin import BinEntry, BinSize, Measuring
from tams.models.timelines import finite
from tams.ports import Platform, Repositories, Store
from tams.services.recycle_bin.purge import ENTRIES_MAX, as_many_as
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange

_WIDER = 8

Sizes = Mapping[str, tuple[int | None, int]]
"""Of each Object, its bytes and how many Segments use it."""


@dataclass(frozen=True, slots=True)
class MeasureService:
    """`step_segments` bounds one transaction."""

    store: Store
    step_segments: int

    @classmethod
    def of(cls, platform: Platform) -> Self:
        store = platform.store(Caller.background("recycle bin"))
        return cls(store, platform.settings.deletion.step_segments)

    def sweep(self) -> int:
        """Measure what nobody has measured yet, as far as there is time. Returns how many entries."""
        measured = 0
        while (found := self.store.write(self._step)) is not None:
            measured += found
            if not may_go_on():
                break
        return measured

    def _step(self, repositories: Repositories) -> int | None:
        """How many entries are measured now; None if there was nothing to do."""
        unmeasured = _unmeasured(repositories)
        if not unmeasured:
            return None
        small = [it for it in unmeasured if it.of.timeline.segment_count <= self.step_segments]
        if small:
            done = _measured(repositories, as_many_as(small, self.step_segments))
        else:
            done = [self._slice(repositories, unmeasured[0])]
        repositories.recycle_bin.save_sizes(done)
        return sum(1 for each in done if each.size is not None)

    def _slice(self, repositories: Repositories, entry: BinEntry) -> BinEntry:
        """The entry with one slice more. Each Object counts in the slice of its first Segment."""
        before = entry.measuring
        cursor_ns = before.cursor_ns if before else None
        every = PageRequest(TimeRange.eternity(), self.step_segments, cursor_ns=cursor_ns)
        segments, more = reader_of(repositories, entry.outline).page(every)
        uses = Counter(each.object_id for each in segments)
        sizes = repositories.objects.sizes(uses)
        elsewhere = [each for each in uses if sizes.get(each, (None, 0))[1] > uses[each]]
        if segments and before and elsewhere:
            first_ns, _ = finite(segments[0].timerange)
            for each in repositories.timelines.objects_before(entry.outline, first_ns, elsewhere):
                del uses[each]
        size = (before.size if before else BinSize()) + _size(uses, sizes)
        if not more:
            return replace(entry, size=size, measuring=None)
        start_ns, _ = finite(segments[-1].timerange)
        return replace(entry, measuring=Measuring(start_ns, size))


def _unmeasured(repositories: Repositories) -> list[BinEntry]:
    """Some entries to measure, without those that the worker of a deletion request still adds to.

    If it adds to all that are looked at, more are.
    """
    limit = ENTRIES_MAX
    while True:
        keys = repositories.recycle_bin.unmeasured(limit)
        growing = repositories.deletion_requests.active(keys) if keys else set()
        settled = [each for each in keys if each not in growing][:ENTRIES_MAX]
        if settled or len(keys) < limit:
            return list(repositories.recycle_bin.whole({it: keys[it] for it in settled}).values())
        limit *= _WIDER


def _measured(repositories: Repositories, entries: Sequence[BinEntry]) -> list[BinEntry]:
    """These entries, which are small, with their sizes. As many round trips as for one."""
    objects = repositories.timelines.objects({each.outline.timeline_id for each in entries})
    sizes = repositories.objects.sizes({each for ids in objects.values() for each in ids})
    return [
        replace(entry, size=_size(objects[entry.outline.timeline_id], sizes)) for entry in entries
    ]


def _size(object_ids: Iterable[str], sizes: Sizes) -> BinSize:
    found = [sizes.get(each, (None, 0))[0] for each in object_ids]
    known = [each for each in found if each is not None]
    return BinSize(sum(known), len(found) - len(known))
