"""Deletion requests on VAST: the work that remains, and how each request ended."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from tams.errors import NotFoundError
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.paging import Page
from tams.models.queries import DeletionQuery
from tams.models.stored import Cascade, ObjectUses, StoredDeletion
from tams.models.timelines import Timeline
from tams.repositories.changing import ChangingRows
from tams.repositories.listing import Order, in_parts, page_of, rows_by_id
from tams.repositories.rows import dumps
from tams.repositories.service_tables import DELETION_REQUESTS
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.timing.microseconds import to_us
from tams.vast.where import Predicate, col

_ACTIVE = [str(DeletionStatus.CREATED), str(DeletionStatus.STARTED)]


class DeletionRequestRepository:
    """Two workers on one request collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, DELETION_REQUESTS)

    def find(self, request_id: str) -> StoredDeletion | None:
        rows = rows_by_id(self._transaction, DELETION_REQUESTS, [request_id], with_row_id=True)
        return next((deletion_from_row(row) for row in self._rows.track(rows.values())), None)

    def get(self, request_id: str) -> StoredDeletion:
        """Raises NotFoundError."""
        if (found := self.find(request_id)) is None:
            raise NotFoundError("Deletion request", request_id)
        return found

    def add(self, *requests: StoredDeletion) -> None:
        self._rows.insert([deletion_row(each) for each in requests])

    def save(self, stored: StoredDeletion) -> None:
        """The request was read in this transaction."""
        self._rows.save(deletion_row(stored))

    def remove(self, request_ids: Sequence[str]) -> None:
        rows = rows_by_id(self._transaction, DELETION_REQUESTS, request_ids, with_row_id=True)
        self._rows.delete([row["id"] for row in self._rows.track(rows.values())])

    def idle_since(self, before_us: int, now_us: int, limit: int | None = None) -> list[str]:
        """Requests with work left that nobody has touched since then: all, or up to about `limit`.

        Includes requests that a clock ahead of ours touched after `now_us`, since their age is unknown.
        """
        untouched = (col["updated_us"] < before_us) | (col["updated_us"] > now_us)
        predicate = col["status"].isin(_ACTIVE) & untouched
        return self._ids(predicate, limit)

    def expired(self, before_us: int, limit: int) -> list[str]:
        """Expired requests: all, or up to about `limit`."""
        return self._ids(col["expiry_us"] < before_us, limit)

    def active(self, request_ids: Collection[str]) -> set[str]:
        """Those of these requests that are still at work. One round trip."""
        active = col["status"].isin(_ACTIVE)
        return {
            each
            for some in in_parts(sorted(request_ids))
            for each in self._ids(active & col["id"].isin(some))
        }

    def covering(self, resource_ids: Collection[str]) -> dict[str, str]:
        """The requests still at work that cover any of these, by what each covers: `StoredDeletion.covers`.

        One round trip for as many ids as one select holds.
        """
        active = col["status"].isin(_ACTIVE)
        return {
            row["covers"]: row["id"]
            for some in in_parts(sorted(resource_ids))
            for row in self._transaction.select(
                DELETION_REQUESTS, col["covers"].isin(some) & active, ["covers", "id"]
            )
        }

    def in_error(self) -> list[str]:
        return self._ids(col["status"] == str(DeletionStatus.ERROR))

    def list_(self, query: DeletionQuery) -> Page[StoredDeletion]:
        """A page, whose rows take one more round trip than its keys. See `keys_of_page`."""
        return page_of(
            self._transaction,
            DELETION_REQUESTS,
            None,
            Order(f"{query.sort_by}_us", reverse=query.reverse),
            deletion_from_row,
            page=query.page,
            limit=query.limit,
        )

    def _ids(self, predicate: Predicate | None, limit: int | None = None) -> list[str]:
        rows = self._transaction.select(DELETION_REQUESTS, predicate, ["id"], rows_max=limit)
        return [row["id"] for row in rows]


def deletion_row(stored: StoredDeletion) -> Row:
    """All columns but `event_id`."""
    request = stored.request
    return {
        "id": request.id,
        "flow_id": request.flow_id,
        "delete_flow": request.delete_flow,
        "status": str(request.status),
        "document": dumps(request.to_document()),
        "timeline": dumps(asdict(stored.timeline)),
        "cascade": dumps(asdict(stored.cascade)) if stored.cascade else None,
        "covers": stored.covers,
        "auth_classes": dumps(stored.auth_classes),
        "created_us": to_us(request.created) if request.created else None,
        "updated_us": to_us(request.updated) if request.updated else None,
        "expiry_us": to_us(request.expiry) if request.expiry else None,
        "revision": stored.revision,
    }


def deletion_from_row(row: Row) -> StoredDeletion:
    request = DeletionRequest.model_validate(json.loads(row["document"]))
    timeline = Timeline(**json.loads(row["timeline"]))
    classes = json.loads(row["auth_classes"] or "[]")  # null if from before classes: admins only
    cascade = _cascade(json.loads(row["cascade"])) if row["cascade"] else None
    return StoredDeletion(request, timeline, tuple(classes), row["revision"], cascade)


def _cascade(document: dict[str, Any]) -> Cascade:
    if (uses := document.get("uses")) is not None:
        classes = uses["classes"]
        uses["flow_ids"] = tuple(uses["flow_ids"])
        uses["classes"] = None if classes is None else tuple(classes)
        document["uses"] = ObjectUses(**uses)
    return Cascade(**document)
