"""Whatever is deleted, restored, created again and purged: the store and a model hold the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tams.errors import ConflictError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.recycle_bin import RecycleBinEntry
from tams.services.deletion.disposal import DeletionOptions
from tams.services.objects.copies import ObjectCopyService
from tams.services.objects.instances import InstanceService
from tams.services.objects.objects import ObjectService
from tams.services.recycle_bin.deleted_segments import DeletedSegmentService
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.services.recycle_bin.with_deleted import IncludeDeleted
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tests.in_process import ARCHIVE_ID, Platform
from tests.integration.local_vast import STORAGE_ID
from tests.long_form import SOAK
from tests.unit.services.bin_model import BinModel, Binned, ConflictingError, NothingThereError
from tests.unit.services.binned import DAY, BinWorld

EXAMPLES, STEPS = (300, 80) if SOAK else (8, 40)

TRUE, ONLY = IncludeDeleted.TRUE, IncludeDeleted.ONLY
flows = st.integers(0, 2)
sources = st.integers(0, 1)
spans = st.tuples(st.integers(0, 9), st.integers(1, 9)).map(lambda it: (it[0], it[0] + it[1]))


class Comparison(RuleBasedStateMachine):
    platform: ClassVar[Platform]

    def __init__(self) -> None:
        super().__init__()
        self.world = BinWorld(self.platform.another())
        self.world.at_once = 2
        self.world.keep_for(DAY)
        self.model = BinModel()
        self.flow_ids = [str(uuid4()) for _ in range(3)]
        self.source_ids = [str(uuid4()) for _ in range(2)]
        self.objects: list[str] = []
        self.copied: set[str] = set()
        self.copying: dict[str, str] = {}
        """Copies that nobody has made yet, with their Objects."""

    @rule(flow=flows, source=sources)
    def create(self, flow: int, source: int) -> None:
        if flow not in self.model.flows:
            self.world.flow(id=self.flow_ids[flow], source_id=self.source_ids[source])
            self.model.create(flow, source)

    @rule(flow=flows, span=spans, again=st.none() | st.integers(0, 20))
    def register(self, flow: int, span: tuple[int, int], again: int | None) -> None:
        """On a new Object, or on one that was used before and may be in the bin."""
        live, flow_id = self.model.flows.get(flow), self.flow_ids[flow]
        if live is None or not self.model.free(flow, *span):
            return
        kept = sorted(self.model.kept)
        if again is None or not kept:
            (object_id,) = self.world.allocate(flow_id)
            self.world.sized({object_id: 2 ** len(self.objects)})
            self.objects.append(object_id)
            self.world.platform.bytes.kept[STORAGE_ID, object_id] = {}
            post = {"object_id": object_id, "object_timerange": "[0:0_20:0)"}
        else:
            object_id = kept[again % len(kept)]
            post = {"object_id": object_id}
        start, end = span
        timerange = f"[{start}:0_{end}:0)"
        faults = self.world.register(flow_id, {**post, "timerange": timerange})
        assert not faults, faults
        live.pieces.add((start, end, object_id))

    @rule(flow=flows, soft=st.booleans())
    def delete_flow(self, flow: int, soft: bool) -> None:
        if flow in self.model.flows:
            self._tick()
            self.world.delete_flow(self.flow_ids[flow], DeletionOptions(soft_delete=soft))
            self.model.delete_flow(flow, soft=soft)
            self.world.work_off_all()

    @rule(flow=flows, span=spans, soft=st.booleans())
    def delete_segments(self, flow: int, span: tuple[int, int], soft: bool) -> None:
        if flow in self.model.flows:
            self._tick()
            timerange = f"[{span[0]}:0_{span[1]}:0)"
            options = DeletionOptions(soft_delete=soft)
            self.world.delete_segments(self.flow_ids[flow], timerange, options)
            self.model.delete_segments(flow, *span, soft=soft)
            self.world.work_off_all()

    @rule(source=sources)
    def delete_source(self, source: int) -> None:
        if source in self.model.sources:
            self._tick()
            self.world.delete_source(self.source_ids[source], DeletionOptions(cascade=True))
            self.model.delete_source(source)

    @rule(flow=flows)
    def restore_flow(self, flow: int) -> None:
        with self._as_expected(lambda: self.model.restore_flow(flow)):
            self.world.restore.flow(self.flow_ids[flow])

    @rule(source=sources)
    def restore_source(self, source: int) -> None:
        with self._as_expected(lambda: self.model.restore_source(source)):
            self.world.restore.source(self.source_ids[source])

    @rule(flow=flows, span=spans, partial=st.booleans())
    def restore_segments(self, flow: int, span: tuple[int, int], partial: bool) -> None:
        if flow in self.model.flows:
            timerange = f"[{span[0]}:0_{span[1]}:0)"
            with self._as_expected(
                lambda: self.model.restore_segments(flow, *span, partial=partial)
            ):
                restore = replace(self.world.restore, at_once=100)
                restore.segments(self.flow_ids[flow], TimeRange.parse(timerange), partial=partial)

    @rule(at=st.integers(0, 20))
    def purge_one(self, at: int) -> None:
        if entries := self._entries():
            entry = entries[at % len(entries)]
            known = [it for it in self.model.bin if self._described(it) == described(entry)]
            if len(known) == 1:
                RecycleBinService.of(self.world.platform, EVERYONE).purge(entry.id)
                self.model.bin.remove(known[0])
                self.world.work_off_all()

    @rule()
    def expire(self) -> None:
        """The time of everything in the bin is over, and the sweeper purges it."""
        self.world.platform.time.pass_(seconds=DAY + 1)
        self.world.purge_until_empty()
        self.model.bin.clear()

    @rule(at=st.integers(0, 20))
    def ask_for_a_copy(self, at: int) -> None:
        asked = self.copied | set(self.copying.values())
        if fresh := sorted(self.model.shown - asked):
            object_id = fresh[at % len(fresh)]
            InstanceService.of(self.world.platform, EVERYONE).copy(object_id, ARCHIVE_ID)
            self.copying[self.world.platform.noted.copies.bodies[-1]] = object_id

    @rule()
    def make_copies(self) -> None:
        """Also of Objects that are in the bin since, or gone with their bytes."""
        for copy_id, object_id in self.copying.items():
            ObjectCopyService.of(self.world.platform).work(copy_id)
            if self.model.kept[object_id]:
                self.copied.add(object_id)
        self.copying.clear()
        self.world.work_off_all()

    @rule()
    def measure(self) -> None:
        self.world.measure()
        sizes = {object_id: 2**at for at, object_id in enumerate(self.objects)}
        found = sorted((*described(each), each.size_bytes or 0) for each in self._entries())
        assert found == sorted(
            (*self._described(each), sum(sizes[it] for it in {piece[2] for piece in each.pieces}))
            for each in self.model.bin
        )

    @invariant()
    def the_same_is_shown(self) -> None:
        for flow, flow_id in enumerate(self.flow_ids):
            live = self.model.flows.get(flow)
            pieces = sorted(live.pieces) if live else []
            assert self.world.listed(flow_id) == [f"[{a}:0_{b}:0)" for a, b, _ in pieces]
            exists = self.world.read(lambda it, i=flow_id: it.flows.find(i))  # type: ignore[misc]
            assert (exists is not None) == (live is not None)
            if exists is not None:
                assert exists.timeline.segment_count == len(pieces)
        for source, source_id in enumerate(self.source_ids):
            found = self.world.read(lambda it, i=source_id: it.sources.find(i))  # type: ignore[misc]
            assert (found is not None) == (source in self.model.sources)
            users = [it for it in self.model.flows.values() if it.source == source]
            assert (found.flow_count if found else 0) == len(users)

    @invariant()
    def the_same_is_in_the_bin(self) -> None:
        found = sorted(described(each) for each in self._entries())
        assert found == sorted(self._described(each) for each in self.model.bin)

    @invariant()
    def admins_are_shown_both(self) -> None:
        """Page by page, whatever was deleted at one time again and again."""
        for flow, flow_id in enumerate(self.flow_ids):
            live = self.model.flows.get(flow)
            shown = [(*it[:2], False) for it in live.pieces] if live else []
            gone = [
                (*it[:2], True)
                for entry in self.model.bin
                if entry.flow == flow
                for it in entry.pieces
            ]
            for asked, reverse, expected in ((TRUE, False, shown + gone), (ONLY, True, gone)):
                found = self._walked(flow_id, asked, reverse)
                assert sorted(found) == sorted(expected)
                starts = [start for start, _, _ in found]
                assert starts == sorted(starts, reverse=reverse)

    @invariant()
    def bytes_are_kept_as_long_as_their_objects(self) -> None:
        kept = set(self.model.kept)
        copies = {(ARCHIVE_ID, each) for each in self.copied & kept}
        expected = {(STORAGE_ID, each) for each in kept} | copies
        assert self.world.platform.bytes.kept.keys() == expected

    @invariant()
    def objects_live_as_long_as_they_are_used(self) -> None:
        kept, shown = self.model.kept, self.model.shown
        objects = ObjectService.of(self.world.platform, EVERYONE)
        for object_id in self.objects:
            stored = self.world.object(object_id)
            assert (stored.reference_count if stored else 0) == kept[object_id]
            if object_id in shown:
                assert objects.get(object_id).flow_ids
            else:
                with pytest.raises(NotFoundError):
                    objects.get(object_id)

    def teardown(self) -> None:
        """Events alone rebuild what is shown. After a purge of everything, no Object of the bin is left."""
        assert self._mirrored() == {
            self.flow_ids[flow]: {(start, end) for start, end, _ in live.pieces}
            for flow, live in self.model.flows.items()
        }
        for entry in self._entries():
            RecycleBinService.of(self.world.platform, EVERYONE).purge(entry.id)
        self.world.work_off_all()
        self.model.bin.clear()
        self.objects_live_as_long_as_they_are_used()

    def _walked(
        self, flow_id: str, asked: IncludeDeleted, reverse: bool
    ) -> list[tuple[int, int, bool]]:
        service = DeletedSegmentService.of(self.world.platform, EVERYONE, asked)
        found, after = list[tuple[int, int, bool]](), None
        while True:
            page = service.list_(flow_id, PageRequest(TimeRange.eternity(), 3, reverse), after)
            assert len(page.items) <= 3
            found += [
                (*seconds(str(each.segment.timerange)), each.deletion is not None)
                for each in page.items
            ]
            if (after := page.next_key) is None:
                return found

    def _mirrored(self) -> dict[str, set[tuple[int, int]]]:
        """What a receiver of all events knows."""
        flows: dict[str, set[tuple[int, int]]] = {}
        for document in self.world.all_events(self.flow_ids):
            event = document["event"]
            match document["event_type"]:
                case "flows/created":
                    assert event["flow"]["id"] not in flows
                    flows[event["flow"]["id"]] = set()
                case "flows/deleted":
                    del flows[event["flow_id"]]
                case "flows/segments_added":
                    added = {seconds(each["timerange"]) for each in event["segments"]}
                    flows[event["flow_id"]] |= added
                case "flows/segments_deleted":
                    start, end = seconds(event["timerange"])
                    known = flows[event["flow_id"]]
                    known -= {it for it in known if start <= it[0] and it[1] <= end}
        return flows

    @contextmanager
    def _as_expected(self, expected: Callable[[], None]) -> Iterator[None]:
        """The service refuses what the model refuses, for the same reason."""
        self._tick()
        refused: type[Exception] | None = None
        try:
            expected()
        except ConflictingError:
            refused = ConflictError
        except NothingThereError:
            refused = NotFoundError
        if refused is None:
            yield
            return
        with pytest.raises(refused):
            yield

    def _entries(self) -> list[RecycleBinEntry]:
        found = (self.world.bin(source_id=each) for each in self.source_ids)
        return [entry for some in found for entry in some]

    def _described(self, entry: Binned) -> tuple[str, str, str, int]:
        flow_id = "" if entry.flow is None else self.flow_ids[entry.flow]
        return entry.kind, flow_id, self.source_ids[entry.source], len(entry.pieces)

    def _tick(self) -> None:
        self.world.platform.time.pass_(milliseconds=1)


def described(entry: RecycleBinEntry) -> tuple[str, str, str, int]:
    return str(entry.kind), entry.flow_id or "", entry.source_id, entry.segment_count or 0


def seconds(timerange: str) -> tuple[int, int]:
    start_ns, end_ns = TimeRange.parse(timerange).half_open()
    assert start_ns is not None
    assert end_ns is not None
    return start_ns // 10**9, end_ns // 10**9


def test_the_store_and_the_model_hold_the_same(shared_platform: Platform) -> None:
    Comparison.platform = shared_platform
    run_state_machine_as_test(
        Comparison,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
