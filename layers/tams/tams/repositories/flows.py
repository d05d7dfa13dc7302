"""Flows on VAST."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import ibis

from tams.errors import NotFoundError
from tams.models.paging import Page
from tams.models.queries import FlowQuery
from tams.models.stored import StoredFlow
from tams.repositories.database import ROW_ID, VastTransaction
from tams.repositories.listing import newest_first, rows_by_id
from tams.repositories.rows import flow_from_row, flow_row, timeline_row
from tams.repositories.tables import FLOWS


class VastFlowRepository:
    """Every save writes the next `revision`, so that two writers of one Flow collide."""

    def __init__(self, transaction: VastTransaction) -> None:
        self._transaction = transaction
        self._row_ids: dict[str, Any] = {}

    def find(self, flow_id: str) -> StoredFlow | None:
        return self.find_many([flow_id]).get(flow_id)

    def get(self, flow_id: str) -> StoredFlow:
        """Raises NotFoundError."""
        if (stored := self.find(flow_id)) is None:
            raise NotFoundError("Flow", flow_id)
        return stored

    def find_many(self, flow_ids: Collection[str]) -> dict[str, StoredFlow]:
        rows = rows_by_id(self._transaction, FLOWS, list(flow_ids), with_row_id=True)
        self._row_ids.update((flow_id, row[ROW_ID]) for flow_id, row in rows.items())
        return {flow_id: flow_from_row(row) for flow_id, row in rows.items()}

    def add(self, stored: StoredFlow) -> None:
        self._transaction.insert(FLOWS, [flow_row(stored) | timeline_row(stored)])

    def save(self, stored: StoredFlow) -> None:
        """The whole row. The Flow was read in this transaction."""
        stored = replace(stored, revision=stored.revision + 1)
        row = flow_row(stored) | timeline_row(stored)
        del row["id"]  # the sort key never changes, and a sorted column cannot be updated
        self._transaction.update(FLOWS, [{ROW_ID: self._row_ids[stored.flow.id], **row}])

    def save_timeline(self, stored: StoredFlow) -> None:
        """Only what writing Segments changes. The Flow was read in this transaction."""
        row = timeline_row(replace(stored, revision=stored.revision + 1))
        self._transaction.update(FLOWS, [{ROW_ID: self._row_ids[stored.flow.id], **row}])

    def remove(self, flow_id: str) -> None:
        self._transaction.delete(FLOWS, [self._row_ids.pop(flow_id)])

    def list_(self, query: FlowQuery) -> Page[StoredFlow]:
        """Newest first. Two round trips."""
        predicate: Any = True
        for name in ("source_id", "label", "format", "codec"):
            if (value := getattr(query, name)) is not None:
                matches = ibis._[name] == str(value)
                predicate = matches if predicate is True else predicate & matches
        items, next_key = newest_first(
            self._transaction,
            FLOWS,
            predicate,
            page=query.page,
            limit=query.limit,
            from_row=flow_from_row,
        )
        return Page(tuple(items), next_key)
