"""The Store: every repository inside one VAST transaction, and the few tables too small for a file."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from tams.models.caller import Caller
from tams.repositories.batches import BatchRepository
from tams.repositories.binned import BinnedRepository
from tams.repositories.changing import ChangingRows
from tams.repositories.collections import CollectionRepository
from tams.repositories.copies import CopyRepository
from tams.repositories.coverage import CoverageRepository
from tams.repositories.database import Database
from tams.repositories.deletion_requests import DeletionRequestRepository
from tams.repositories.deliveries import DeliveryRepository
from tams.repositories.events import EventRepository
from tams.repositories.flow_segments import SegmentRepository
from tams.repositories.flows import FlowRepository
from tams.repositories.objects import ObjectRepository
from tams.repositories.profiles import ProfileRepository
from tams.repositories.recycle_bin import RecycleBinRepository
from tams.repositories.service_tables import GUARD_SLOTS, GUARDS, SERVICE
from tams.repositories.source_flows import SourceFlowRepository
from tams.repositories.sources import SourceRepository
from tams.repositories.timelines import TimelineRepository
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.repositories.visible import VisibleTransaction
from tams.repositories.webhooks import WebhookRepository
from tams.repositories.with_deleted import WithDeleted
from tams.vast.where import col

T = TypeVar("T")
Item = TypeVar("Item")


class GuardRepository:
    """VAST has no unique keys: creators of the same id first write the row of its slot, and collide there."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def hold(self, ids: Iterable[str], gone_us: int = 0) -> int:
        """When the last holder of these ids, or of an id in the same slot, was deleted; 0 if never.

        `gone_us` is when their present holder is deleted.
        """
        slots = sorted({zlib.crc32(each.encode()) % GUARD_SLOTS for each in ids})
        if not slots:
            return 0
        columns = ["slot", "moment_us", "revision"]
        rows = self._transaction.select(GUARDS, col["slot"].isin(slots), columns, with_row_id=True)
        guards = ChangingRows(self._transaction, GUARDS, "slot")
        before = {row["slot"]: row["moment_us"] or 0 for row in guards.track(rows)}
        guards.update({**row, "moment_us": max(before[row["slot"]], gone_us)} for row in rows)
        return max(before.values())


class ServiceRepository:
    """The one row of `service`, made by `provision`."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def get(self) -> tuple[str | None, str | None]:
        """Name and description, where a client has set them."""
        (row,) = self._transaction.select(SERVICE, None, ["name", "description"])
        return row["name"], row["description"]

    def save(self, name: str | None, description: str | None) -> None:
        rows, _ = self._read([])
        rows.save({"name": name, "description": description})

    def believed_us(self, now_us: int, step_us: int) -> int:
        """The time shared by all hosts, moved towards `now_us` by at most one step."""
        rows, row = self._read(["believed_us"])
        before_us = row["believed_us"]
        believed_us = now_us if before_us is None else min(now_us, before_us + step_us)
        rows.update([{"believed_us": believed_us}])
        return believed_us

    def last_believed_us(self) -> int | None:
        """The time shared by all hosts, as the last reading left it."""
        (row,) = self._transaction.select(SERVICE, None, ["believed_us"])
        believed_us: int | None = row["believed_us"]
        return believed_us

    def _read(self, columns: Sequence[str]) -> tuple[ChangingRows, Row]:
        rows = ChangingRows(self._transaction, SERVICE, key=None)
        found = self._transaction.select(SERVICE, None, [*columns, "revision"], with_row_id=True)
        return rows, rows.track(found)[0]


class HealthRepository:
    """The service's own state: when the sweeper last ran, and whether VAST accepts rows."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def swept_us(self) -> int | None:
        (row,) = self._transaction.select(SERVICE, None, ["swept_us"])
        swept_us: int | None = row["swept_us"]
        return swept_us

    def save_swept_us(self, now_us: int) -> None:
        (row,) = self._transaction.select(SERVICE, None, ["revision"], with_row_id=True)
        self._transaction.update(SERVICE, [{ROW_ID: row[ROW_ID], "swept_us": now_us}])

    def try_to_write(self) -> None:
        """Insert a row that collides with no other; only for a transaction that is rolled back."""
        self._transaction.insert(GUARDS, [{"slot": -1, "revision": 0}])


class Repositories:
    """Built anew for each transaction, so what a repository remembers ends with it."""

    def __init__(self, transaction: VisibleTransaction, caller: Caller) -> None:
        self._transaction = transaction
        self.caller = caller

    def acting_for(self, caller: Caller) -> "Repositories":
        """In the same transaction, whose events stay in one order, and which knows what has left the bin."""
        other = Repositories(self._transaction, caller)
        other.events, other.recycle_bin = self.events, self.recycle_bin
        return other

    @cached_property
    def flows(self) -> FlowRepository:
        return FlowRepository(self._transaction)

    @cached_property
    def sources(self) -> SourceRepository:
        return SourceRepository(self._transaction)

    @cached_property
    def source_flows(self) -> SourceFlowRepository:
        return SourceFlowRepository(self._transaction)

    @cached_property
    def collections(self) -> CollectionRepository:
        return CollectionRepository(self._transaction)

    @cached_property
    def segments(self) -> SegmentRepository:
        return SegmentRepository(self._transaction)

    @cached_property
    def coverage(self) -> CoverageRepository:
        return CoverageRepository(self._transaction)

    @cached_property
    def objects(self) -> ObjectRepository:
        return ObjectRepository(self._transaction)

    @cached_property
    def copies(self) -> CopyRepository:
        return CopyRepository(self._transaction)

    @cached_property
    def batches(self) -> BatchRepository:
        return BatchRepository(self._transaction)

    @cached_property
    def events(self) -> EventRepository:
        return EventRepository(self._transaction)

    @cached_property
    def deliveries(self) -> DeliveryRepository:
        return DeliveryRepository(self._transaction)

    @cached_property
    def profiles(self) -> ProfileRepository:
        return ProfileRepository(self._transaction)

    @cached_property
    def webhooks(self) -> WebhookRepository:
        return WebhookRepository(self._transaction)

    @cached_property
    def deletion_requests(self) -> DeletionRequestRepository:
        return DeletionRequestRepository(self._transaction)

    @cached_property
    def recycle_bin(self) -> RecycleBinRepository:
        return RecycleBinRepository(self._transaction)

    @cached_property
    def with_deleted(self) -> WithDeleted:
        return WithDeleted(self._transaction, self.recycle_bin)

    @cached_property
    def binned(self) -> BinnedRepository:
        return BinnedRepository(self._transaction)

    @cached_property
    def timelines(self) -> TimelineRepository:
        return TimelineRepository(self._transaction)

    @cached_property
    def guards(self) -> GuardRepository:
        return GuardRepository(self._transaction)

    @cached_property
    def service(self) -> ServiceRepository:
        return ServiceRepository(self._transaction)

    @cached_property
    def health(self) -> HealthRepository:
        return HealthRepository(self._transaction)


class VastStore:
    """`tams.ports.Store` on a Database, for one caller; `announce` reports events for the relay."""

    def __init__(
        self,
        database: Database,
        caller: Caller,
        announce: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._announce = announce
        self.caller = caller

    def read(self, work: Callable[[Repositories], T]) -> T:
        return self._database.read(lambda it: work(self._repositories(it)))

    def write(self, work: Callable[[Repositories], T], *contended: str) -> T:
        def noted(transaction: VastTransaction) -> tuple[T, bool]:
            repositories = self._repositories(transaction)
            return work(repositories), repositories.events.added

        result, announced = self._database.write(noted, *contended)
        if announced:
            self._announce()
        return result

    def write_each(
        self,
        work: Callable[[Repositories, Sequence[Item]], Sequence[T]],
        item: Item,
        contended: str,
        kind: object,
    ) -> T:
        def work_on(items: Sequence[Item]) -> Callable[[VastTransaction], Sequence[tuple[T, bool]]]:
            def noted(transaction: VastTransaction) -> Sequence[tuple[T, bool]]:
                repositories = self._repositories(transaction)
                results = work(repositories, items)
                announces = repositories.events.added
                return [(each, announces and index == 0) for index, each in enumerate(results)]

            return noted

        result, announced = self._database.write_each(work_on, item, contended, (self.caller, kind))
        if announced:
            self._announce()
        return result

    def _repositories(self, transaction: VastTransaction) -> Repositories:
        return Repositories(VisibleTransaction(transaction), self.caller)
