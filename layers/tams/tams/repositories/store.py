"""The Store: every repository inside one VAST transaction, and the few tables too small for a file."""

import zlib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeVar

import ibis

from tams.models.caller import Caller
from tams.repositories.collections import VastCollectionRepository
from tams.repositories.copies import VastCopyRepository
from tams.repositories.database import ROW_ID, Database, VastTransaction, Witness
from tams.repositories.deletion_requests import VastDeletionRequestRepository
from tams.repositories.deliveries import VastDeliveryRepository
from tams.repositories.events import VastEventRepository
from tams.repositories.flow_segments import VastSegmentRepository
from tams.repositories.flows import VastFlowRepository
from tams.repositories.objects import VastObjectRepository
from tams.repositories.profiles import VastProfileRepository
from tams.repositories.sources import VastSourceRepository
from tams.repositories.tables import GUARD_SLOTS, GUARDS, SERVICE
from tams.repositories.visible import VisibleTransaction
from tams.repositories.webhooks import VastWebhookRepository

T = TypeVar("T")


class VastGuardRepository:
    """VAST has no unique keys: who creates an id first writes the row of its slot, and collides there."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def hold(self, ids: Iterable[str], gone_us: int = 0) -> int:
        """When the last holder of one of these ids, or of an id in the same slot, was deleted; 0 if never.

        `gone_us` is when their present holder is deleted.
        """
        slots = sorted({zlib.crc32(each.encode()) % GUARD_SLOTS for each in ids})
        if not slots:
            return 0
        columns = ["moment_us", "revision"]
        rows = self._transaction.select(GUARDS, ibis._.slot.isin(slots), columns, with_row_id=True)
        changed = [
            {
                ROW_ID: row[ROW_ID],
                "moment_us": max(row["moment_us"] or 0, gone_us),
                "revision": row["revision"] + 1,
            }
            for row in rows
        ]
        self._transaction.update(GUARDS, changed)
        return max(row["moment_us"] or 0 for row in rows)


class VastServiceRepository:
    """The one row of `service`, made by `provision`."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def get(self) -> tuple[str | None, str | None]:
        """Name and description, as far as a client has set them."""
        (row,) = self._transaction.select(SERVICE, True, ["name", "description"])
        return row["name"], row["description"]

    def save(self, name: str | None, description: str | None, event_id: str) -> None:
        columns = ["revision"]
        (row,) = self._transaction.select(SERVICE, True, columns, with_row_id=True)
        changed = {
            ROW_ID: row[ROW_ID],
            "name": name,
            "description": description,
            "event_id": event_id,
            "revision": row["revision"] + 1,
        }
        self._transaction.update(SERVICE, [changed])
        self._transaction.witnessed_by(Witness(SERVICE, ibis._.event_id == event_id))

    def believed_us(self, now_us: int, step_us: int) -> int:
        """The time that all hosts share, moved towards `now_us` by at most one step."""
        columns = ["believed_us", "revision"]
        (row,) = self._transaction.select(SERVICE, True, columns, with_row_id=True)
        before_us = row["believed_us"]
        believed_us = now_us if before_us is None else min(now_us, before_us + step_us)
        changed = {"believed_us": believed_us, "revision": row["revision"] + 1}
        self._transaction.update(SERVICE, [{ROW_ID: row[ROW_ID], **changed}])
        return believed_us


class VastHealthRepository:
    """What the service knows of its own state: when the sweeper last ran, and whether VAST takes rows."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def swept_us(self) -> int | None:
        (row,) = self._transaction.select(SERVICE, True, ["swept_us"])
        swept_us: int | None = row["swept_us"]
        return swept_us

    def save_swept_us(self, now_us: int) -> None:
        (row,) = self._transaction.select(SERVICE, True, ["revision"], with_row_id=True)
        self._transaction.update(SERVICE, [{ROW_ID: row[ROW_ID], "swept_us": now_us}])

    def try_to_write(self) -> None:
        """Insert a row that collides with no other; only for a transaction that is rolled back."""
        self._transaction.insert(GUARDS, [{"slot": -1, "revision": 0}])


class VastRepositories:
    """Made anew for each transaction; what a repository remembers dies with it."""

    def __init__(self, transaction: VisibleTransaction, caller: Caller) -> None:
        self._transaction = transaction
        self.caller = caller

    def acting_for(self, caller: Caller) -> "VastRepositories":
        """In the same transaction, whose events stay in one order."""
        other = VastRepositories(self._transaction, caller)
        other.events = self.events
        return other

    @cached_property
    def flows(self) -> VastFlowRepository:
        return VastFlowRepository(self._transaction)

    @cached_property
    def sources(self) -> VastSourceRepository:
        return VastSourceRepository(self._transaction)

    @cached_property
    def collections(self) -> VastCollectionRepository:
        return VastCollectionRepository(self._transaction)

    @cached_property
    def segments(self) -> VastSegmentRepository:
        return VastSegmentRepository(self._transaction)

    @cached_property
    def objects(self) -> VastObjectRepository:
        return VastObjectRepository(self._transaction)

    @cached_property
    def copies(self) -> VastCopyRepository:
        return VastCopyRepository(self._transaction)

    @cached_property
    def events(self) -> VastEventRepository:
        return VastEventRepository(self._transaction)

    @cached_property
    def deliveries(self) -> VastDeliveryRepository:
        return VastDeliveryRepository(self._transaction)

    @cached_property
    def profiles(self) -> VastProfileRepository:
        return VastProfileRepository(self._transaction)

    @cached_property
    def webhooks(self) -> VastWebhookRepository:
        return VastWebhookRepository(self._transaction)

    @cached_property
    def deletion_requests(self) -> VastDeletionRequestRepository:
        return VastDeletionRequestRepository(self._transaction)

    @cached_property
    def guards(self) -> VastGuardRepository:
        return VastGuardRepository(self._transaction)

    @cached_property
    def service(self) -> VastServiceRepository:
        return VastServiceRepository(self._transaction)

    @cached_property
    def health(self) -> VastHealthRepository:
        return VastHealthRepository(self._transaction)


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

    def read(self, work: Callable[[VastRepositories], T]) -> T:
        return self._database.read(lambda it: work(self._repositories(it)))

    def write(self, work: Callable[[VastRepositories], T], *contended: str) -> T:
        def noted(transaction: VastTransaction) -> tuple[T, bool]:
            repositories = self._repositories(transaction)
            return work(repositories), repositories.events.added

        result, announced = self._database.write(noted, *contended)
        if announced:
            self._announce()
        return result

    def _repositories(self, transaction: VastTransaction) -> VastRepositories:
        return VastRepositories(VisibleTransaction(transaction), self.caller)
