"""Entries of the recycle bin as rows, both directions, pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tams.models.collection import FlowCollectionItem
from tams.models.recycle_bin import (
    BinEntry,
    BinKind,
    BinSize,
    Collector,
    Deletion,
    Measuring,
    RecycleBinSummary,
    Relations,
)
from tams.repositories.flow_rows import flow_from_row, flow_row, timeline_row
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.rows import dumps, source_from_row, source_row
from tams.repositories.transaction import Row
from tams.timing.microseconds import from_us


def entry_row(entry: BinEntry) -> Row:
    if entry.source is not None:
        described = {**source_row(entry.source), "source_id": entry.source_id}
    else:
        described = flow_row(entry.of) | timeline_row(entry.of)
    is_empty = not described.get("segment_count")  # then it never waits to be measured
    return {
        **dict.fromkeys(RECYCLE_BIN.names),
        **described,
        **(size_row(BinSize(), None) if is_empty else {}),
        "entry_id": entry.id,
        "deletion_id": entry.deletion.id,
        "kind": str(entry.kind),
        "relations": _relations_text(entry.relations),
        "deleted_us": entry.deletion.deleted_us,
        "until_us": entry.deletion.until_us,
        "deleted_by": entry.deletion.deleted_by,
    }


def entry_from_row(row: Row) -> BinEntry:
    kind = BinKind(row["kind"])
    deletion = Deletion(row["deletion_id"], row["deleted_us"], row["until_us"], row["deleted_by"])
    if kind is BinKind.SOURCE:
        return BinEntry(row["entry_id"], kind, deletion, source=source_from_row(row))
    return BinEntry(
        row["entry_id"],
        kind,
        deletion,
        flow_from_row(row),
        relations=_relations(row["relations"]),
        size=None
        if row["size_bytes"] is None
        else BinSize(row["size_bytes"], row["unknown_sizes"] or 0),
        measuring=_measuring(row["measuring"]),
    )


def size_row(size: BinSize | None, measuring: Measuring | None) -> Row:
    return {
        "size_bytes": size.size_bytes if size else None,
        "unknown_sizes": size.unknown if size else None,
        "measuring": dumps(asdict(measuring)) if measuring else None,
    }


def _measuring(text: str | None) -> Measuring | None:
    if text is None:
        return None
    found: dict[str, Any] = json.loads(text)
    return Measuring(found["cursor_ns"], BinSize(**found["size"]))


def _relations_text(relations: Relations) -> str | None:
    if not relations:
        return None
    return dumps(
        {
            "members": [item.to_document() for item in relations.members],
            "collectors": [
                {"flow_id": it.flow_id, "position": it.position, "item": it.item.to_document()}
                for it in relations.collectors
            ],
        }
    )


def _relations(text: str | None) -> Relations:
    if text is None:
        return Relations()
    found: dict[str, Any] = json.loads(text)
    return Relations(
        tuple(FlowCollectionItem.model_validate(each) for each in found["members"]),
        tuple(
            Collector(it["flow_id"], it["position"], FlowCollectionItem.model_validate(it["item"]))
            for it in found["collectors"]
        ),
    )


SUMMARY = ("segment_count", "size_bytes", "unknown_sizes", "deleted_us")
"""The columns that `summary_of` reads."""


def summary_of(rows: Sequence[Row]) -> RecycleBinSummary:
    def total(column: str) -> int:
        return sum(row[column] or 0 for row in rows)

    oldest_us = min((row["deleted_us"] for row in rows), default=None)
    return RecycleBinSummary(
        entry_count=len(rows),
        segment_count=total("segment_count"),
        size_bytes=total("size_bytes"),
        unknown_sizes=total("unknown_sizes"),
        unmeasured_count=sum(
            1 for row in rows if row["size_bytes"] is None and row["segment_count"]
        ),
        oldest=None if oldest_us is None else from_us(oldest_us),
    )
