"""Flows on VAST."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tams.errors import NotFoundError
from tams.models.paging import Page
from tams.models.queries import FlowQuery, FlowSort, Query
from tams.models.retention import LOOK_US, NEVER_US
from tams.models.stored import FlowOutline, StoredFlow
from tams.models.timelines import flow_of
from tams.repositories.changing import ChangingRows
from tams.repositories.flow_predicates import flows_matching
from tams.repositories.flow_rows import (
    FLOW_READ,
    OUTLINE,
    coverage_text,
    flow_from_row,
    flow_row,
    outline_from_row,
    timeline_row,
)
from tams.repositories.listing import (
    Order,
    ids_of_classes,
    ids_there,
    in_parts,
    keys_of_page,
    page_of,
    rows_by_id,
)
from tams.repositories.relations import RELATED, is_unrelated, relations_of_new, relations_row
from tams.repositories.tables import FLOWS
from tams.repositories.visible import VisibleTransaction, shows
from tams.timing import TimeRange
from tams.timing.microseconds import to_us
from tams.vast.where import col

STALE_US = 0
"""The value of `coverage_us` when the summary is out of date since an unknown time. It sorts first."""


class FlowRepository:
    """Two writers of one Flow collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, FLOWS)
        self._summed_up: dict[str, bool | None] = {}
        """For each Flow read, whether its coverage summary was current."""

    def find(self, flow_id: str) -> StoredFlow | None:
        return self.find_many([flow_id]).get(flow_id)

    def get(self, flow_id: str) -> StoredFlow:
        """Raises NotFoundError."""
        if (stored := self.find(flow_id)) is None:
            raise NotFoundError("Flow", flow_id)
        return stored

    def find_many(
        self, flow_ids: Collection[str], classes: Collection[str] | None = None
    ) -> dict[str, StoredFlow]:
        rows = rows_by_id(
            self._transaction, FLOWS, list(flow_ids), FLOW_READ, classes=classes, with_row_id=True
        )
        found = {row["id"]: flow_from_row(row) for row in self._rows.track(rows.values())}
        self._summed_up |= {each: _is_summed_up(stored) for each, stored in found.items()}
        return found

    def existing(self, flow_ids: Collection[str]) -> set[str]:
        """The ids that belong to Flows, visible or not. For operators."""
        return ids_there(self._transaction, FLOWS, flow_ids)

    def showing(
        self, uses: Mapping[str, Iterable[TimeRange]], classes: Collection[str] | None = None
    ) -> dict[str, StoredFlow]:
        """The Flows in which clients see a Segment at one of these timeranges, given by timeline."""
        found = self.find_many({flow_of(each) for each in uses}, classes)
        return {
            flow_id: stored
            for flow_id, stored in found.items()
            if any(shows(stored.outline, used) for used in uses.get(stored.outline.timeline_id, ()))
        }

    def outline(self, flow_id: str, classes: Collection[str] | None = None) -> FlowOutline | None:
        rows = self._transaction.select(FLOWS, col["id"] == flow_id, OUTLINE, classes=classes)
        return outline_from_row(rows[0]) if rows else None

    def with_timelines(self, timeline_ids: Collection[str], classes: Collection[str]) -> set[str]:
        """Those of these timelines whose Flows exist and belong to any of these classes. One round trip."""
        found: set[str] = set()
        for some in in_parts(sorted({flow_of(each) for each in timeline_ids})):
            rows = self._transaction.select(
                FLOWS, col["id"].isin(some), ["id", "timeline_id"], classes=classes
            )
            found |= {row["timeline_id"] or row["id"] for row in rows}
        return found.intersection(timeline_ids)

    def of_classes(self, flow_ids: Collection[str], classes: Collection[str]) -> set[str]:
        """Those of these Flows that belong to any of these classes. One round trip."""
        return ids_of_classes(self._transaction, FLOWS, flow_ids, classes)

    def of_source(self, source_id: str, limit: int) -> list[str]:
        """The ids of a Source's Flows, at least `limit` if there are that many. One round trip."""
        rows = self._transaction.select(
            FLOWS, col["source_id"] == source_id, ["id"], rows_max=limit
        )
        return sorted(row["id"] for row in rows)

    def of_profile(self, profile_id: str, limit: int) -> list[str]:
        """The ids of Flows linked to a Profile, at least `limit` if there are that many. One round trip."""
        rows = self._transaction.select(
            FLOWS, col["profile_id"] == profile_id, ["id"], rows_max=limit
        )
        return sorted(row["id"] for row in rows)

    def add(self, stored: StoredFlow) -> None:
        row = flow_row(stored) | timeline_row(stored) | relations_of_new(stored)
        is_stale = stored.timeline.segment_count and not _is_summed_up(stored)
        self._transaction.insert(FLOWS, [row | {"coverage_us": STALE_US if is_stale else None}])

    def save(self, stored: StoredFlow) -> None:
        """Write the whole row. The Flow was read in this transaction."""
        self._rows.update([flow_row(stored) | timeline_row(stored)])

    def save_timeline(self, stored: StoredFlow) -> None:
        """Write only what changes with its Segments. The Flow was read in this transaction."""
        row = {"id": stored.flow.id, **timeline_row(stored), **self._since(stored)}
        self._rows.update([row])

    def save_coverage(self, stored: StoredFlow) -> None:
        """Write only the state of its coverage summary. The Flow was read in this transaction."""
        text = coverage_text(stored.coverage, stored.flow.segments_updated)
        changed = {"coverage": text, **self._since(stored), **relations_row(stored)}
        self._rows.update([{"id": stored.flow.id, **changed}])

    def _since(self, stored: StoredFlow) -> dict[str, int | None]:
        """When its coverage summary went out of date, if that changes: a projection is sorted by it."""
        before, now = self._summed_up[stored.flow.id], _is_summed_up(stored)
        if before is now:
            return {}
        self._summed_up[stored.flow.id] = now
        updated = stored.flow.segments_updated
        return {"coverage_us": None if now else to_us(updated) if updated else STALE_US}

    def save_latest_event(self, flows: Collection[StoredFlow]) -> None:
        """Write only the time of the last event, and relations. The Flows were read in this transaction."""
        self._rows.update(
            {"id": each.flow.id, "told_us": each.told_us, **relations_row(each)} for each in flows
        )

    def save_look(self, stored: StoredFlow, look_us: int) -> None:
        """Write only when retention looks at it next. The Flow was read in this transaction."""
        row = {"id": stored.flow.id, "retention_us": look_us, **relations_row(stored)}
        self._rows.update([row])

    def due(self, now_us: int, limit: int) -> list[str]:
        """Flows that retention is to look at now, so many at most. One round trip."""
        due = col["retention_us"] <= now_us
        rows = self._transaction.select(FLOWS, due, ["id"], rows_max=limit)
        return [row["id"] for row in rows[:limit]]

    def unsummed(self, limit: int) -> list[str]:
        """The ids of up to `limit` Flows whose coverage summary is out of date. One round trip.

        The predicate is a range, because VAST scans all rows for "is not null".
        """
        stale = col["coverage_us"] >= STALE_US
        rows = self._transaction.select(FLOWS, stale, ["id"], rows_max=limit)
        return [row["id"] for row in rows[:limit]]

    def mark_due(self, source_id: str, limit: int) -> int:
        """Mark up to `limit` Flows of a Source for retention. Returns how many were not marked yet.

        The row itself is read by id: no projection follows its revision, which every change raises.
        """
        unmarked = col["retention_us"].isnull() | (col["retention_us"] > LOOK_US)
        found = self._transaction.select(
            FLOWS, (col["source_id"] == source_id) & unmarked, ["id"], rows_max=limit
        )
        ids = [row["id"] for row in found[:limit]]
        changing = ("id", "unrelated_revision", "revision")
        rows = rows_by_id(self._transaction, FLOWS, ids, changing, with_row_id=True).values()
        unrelated = {row["id"] for row in rows if is_unrelated(row)}
        self._rows.update(
            {
                "id": row["id"],
                "retention_us": LOOK_US,
                "unrelated_revision": row["revision"] + 1 if row["id"] in unrelated else RELATED,
            }
            for row in self._rows.track(rows)
        )
        return len(rows)

    def looks(self, query: Query) -> tuple[dict[str, int], str | None]:
        """A page of when retention looks at Flows with a policy, the next first. See `keys_of_page`."""
        keys, next_key = keys_of_page(
            self._transaction,
            FLOWS,
            col["retention_us"] < NEVER_US,
            Order("retention_us", reverse=True, has_unset=False),
            page=query.page,
            limit=query.limit,
        )
        return {flow_id: look_us for look_us, flow_id in keys}, next_key

    def remove(self, flow_id: str) -> None:
        self._rows.delete([flow_id])

    def list_(
        self,
        query: FlowQuery,
        keep: Callable[[str], bool] | None = None,
        *,
        only: AbstractSet[str] | None = None,
        among: Callable[[Sequence[str]], Collection[str]] | None = None,
    ) -> Page[StoredFlow]:
        """A page, whose rows take one more round trip than its keys. See `keys_of_page`."""
        return page_of(
            self._transaction,
            FLOWS,
            flows_matching(query),
            _order(query),
            flow_from_row,
            FLOW_READ,
            page=query.page,
            limit=query.limit,
            classes=query.classes,
            without_tags=query.tags,
            keep=keep,
            only=only,
            among=among,
        )


def _is_summed_up(stored: StoredFlow) -> bool | None:
    """Whether the coverage summary is current, or not needed. None if the row does not say."""
    return None if stored.coverage is None else not stored.is_to_be_summed_up


def _order(query: FlowQuery) -> Order:
    if query.sort_by is FlowSort.LABEL:
        return Order("label", newest_first=False, reverse=query.reverse)
    return Order(f"{query.sort_by}_us", reverse=query.reverse)
