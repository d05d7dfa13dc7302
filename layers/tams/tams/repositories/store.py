"""The Store: every repository inside one VAST transaction, and the three tables too small for a file."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

import ibis

from tams.models.stored import StoredEvent
from tams.repositories.collections import VastCollectionRepository
from tams.repositories.database import ROW_ID, Database, VastTransaction, Witness
from tams.repositories.deletion_requests import VastDeletionRequestRepository
from tams.repositories.flow_segments import VastSegmentRepository
from tams.repositories.flows import VastFlowRepository
from tams.repositories.objects import VastObjectRepository
from tams.repositories.profiles import VastProfileRepository
from tams.repositories.rows import event_row
from tams.repositories.sources import VastSourceRepository
from tams.repositories.tables import EVENTS, GUARD_SLOTS, GUARDS, SERVICE
from tams.repositories.webhooks import VastWebhookRepository

T = TypeVar("T")


class VastEventRepository:
    """The outbox. Its rows never change, so they tell whether their transaction committed."""

    def __init__(self, transaction: VastTransaction) -> None:
        self._transaction = transaction

    def add(self, events: Sequence[StoredEvent]) -> None:
        if events:
            self._transaction.insert(EVENTS, [event_row(event) for event in events])
            self._transaction.witness = Witness(EVENTS, ibis._.id == events[0].id)


class VastGuardRepository:
    """VAST has no unique keys: who creates an id first writes the row of its slot, and collides there."""

    def __init__(self, transaction: VastTransaction) -> None:
        self._transaction = transaction

    def hold(self, ids: Iterable[str]) -> None:
        slots = sorted({zlib.crc32(each.encode()) % GUARD_SLOTS for each in ids})
        if not slots:
            return
        rows = self._transaction.select(
            GUARDS, ibis._.slot.isin(slots), ["revision"], with_row_id=True
        )
        changed = [{ROW_ID: row[ROW_ID], "revision": row["revision"] + 1} for row in rows]
        self._transaction.update(GUARDS, changed)


class VastServiceRepository:
    """The one row of `service`, made by `provision`."""

    def __init__(self, transaction: VastTransaction) -> None:
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
        self._transaction.witness = Witness(SERVICE, ibis._.event_id == event_id)


class VastRepositories:
    """Made anew for each transaction; what a repository remembers dies with it."""

    def __init__(self, transaction: VastTransaction) -> None:
        self._transaction = transaction

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
    def events(self) -> VastEventRepository:
        return VastEventRepository(self._transaction)

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


class VastStore:
    """`tams.ports.Store` on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, work: Callable[[VastRepositories], T]) -> T:
        return self._database.read(lambda transaction: work(VastRepositories(transaction)))

    def write(self, work: Callable[[VastRepositories], T]) -> T:
        return self._database.write(lambda transaction: work(VastRepositories(transaction)))
