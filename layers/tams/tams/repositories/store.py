"""The Store: every repository inside one VAST transaction."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar

from tams.models.caller import Caller
from tams.repositories.batches import BatchRepository
from tams.repositories.binned import BinnedRepository
from tams.repositories.collections import CollectionRepository
from tams.repositories.copies import CopyRepository
from tams.repositories.database import Database
from tams.repositories.deletion_requests import DeletionRequestRepository
from tams.repositories.deliveries import DeliveryRepository
from tams.repositories.events import EventRepository
from tams.repositories.flow_segments import SegmentRepository
from tams.repositories.flows import FlowRepository
from tams.repositories.guards import GuardRepository
from tams.repositories.objects import ObjectRepository
from tams.repositories.profiles import ProfileRepository
from tams.repositories.recycle_bin import RecycleBinRepository
from tams.repositories.service_state import HealthRepository, ServiceRepository
from tams.repositories.source_flows import SourceFlowRepository
from tams.repositories.sources import SourceRepository
from tams.repositories.timelines import TimelineRepository
from tams.repositories.transaction import VastTransaction
from tams.repositories.visible import VisibleTransaction
from tams.repositories.webhooks import WebhookRepository
from tams.repositories.with_deleted import WithDeleted

T = TypeVar("T")
Item = TypeVar("Item")


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
