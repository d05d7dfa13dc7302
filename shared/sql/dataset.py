"""A scan as a dataset of Arrow, which is how DuckDB asks for columns and hands over filters."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from backup.arrow_rows import read_rows
from sql.expressions import taken_apart
from sql.fields import Field
from sql.pushing import predicate_of
from sql.scans import DELETED, Part, Scan
from sql.showing import Hidden, Rule
from sql.snapshot import Snapshot, Snapshots
from tams.vast.where import Predicate, all_of

ROWS_AT_ONCE = 65_536
"""VAST reads as many at a time."""


class ScanDataset(ds.Dataset):  # type: ignore[misc]
    """What DuckDB calls of a dataset. Every other method is that of an Arrow dataset without content."""

    def __init__(self, scan: Scan, snapshots: Snapshots) -> None:
        self._scan = scan
        self._snapshots = snapshots
        self._fields = {field.name: field for field in scan.fields}

    @property
    def schema(self) -> pa.Schema:
        columns = [(field.name, field.type) for field in self._scan.fields]
        return pa.schema([*columns, (DELETED, pa.bool_())] if self._scan.with_deleted else columns)

    def scanner(
        self,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002 - Arrow's name
        **_: Any,
    ) -> "Reading":
        """DuckDB names the columns of the filter among `columns`, and does not filter again."""
        whole = self.schema
        names = list(columns) if columns is not None else whole.names
        sent = pa.schema([whole.field(name) for name in names])
        wanted = None
        if filter is not None and (taken := taken_apart(filter, whole)) is not None:
            wanted = predicate_of(taken, self._fields)
        return Reading(sent, self._batches(sent, filter, wanted))

    def _batches(
        self, sent: pa.Schema, filter_: Any, wanted: Predicate | None
    ) -> Iterator[pa.RecordBatch]:
        with self._snapshots.reading() as snapshot:
            for part in self._scan.parts:
                for batch in self._part(snapshot, part, sent, wanted):
                    yield batch if filter_ is None else _filtered(batch, filter_)

    def _part(
        self, snapshot: Snapshot, part: Part, sent: pa.Schema, wanted: Predicate | None
    ) -> Iterator[pa.RecordBatch]:
        fields = [self._fields[name] for name in sent.names if name != DELETED]
        rule = _rule(part, snapshot.hidden, sent, self._scan)
        names = _needed(part, fields, rule)
        where = all_of(part.where, wanted)
        progress = snapshot.progress(self._scan.name)
        rows = read_rows(snapshot.transaction, part.table, names, where, rows_max=ROWS_AT_ONCE)
        for batch in rows:
            progress(batch.num_rows)
            yield self._made(batch, part, rule, sent)

    def _made(
        self, batch: pa.RecordBatch, part: Part, rule: Rule | None, sent: pa.Schema
    ) -> pa.RecordBatch:
        shown = None
        if rule is not None:
            shown = rule.shown(dict(zip(batch.schema.names, batch.columns, strict=True)))
            if not self._scan.with_deleted:
                batch = batch.filter(shown)
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        arrays = [
            _deleted(batch.num_rows, part, shown)
            if name == DELETED
            else self._fields[name].made(columns)
            for name in sent.names
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=sent)


class Reading:
    """What DuckDB calls of a scanner. Unlike Arrow's own, it reads nothing ahead."""

    def __init__(self, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
        self.projected_schema = schema
        self._batches = batches

    def to_reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self.projected_schema, self._batches)


def _rule(part: Part, hidden: Hidden, sent: pa.Schema, scan: Scan) -> Rule | None:
    is_needed = not scan.with_deleted or DELETED in sent.names
    return part.rule(hidden) if part.rule is not None and is_needed else None


def _needed(part: Part, fields: Sequence[Field], rule: Rule | None) -> list[str]:
    needed = {name for field in fields for name in field.needs} | set(rule.needs if rule else ())
    # If only rows are counted, any column does; the first is an id.
    return [name for name in part.table.names if name in needed] or [part.table.names[0]]


def _deleted(rows: int, part: Part, shown: pa.Array | None) -> pa.Array:
    if shown is not None:
        return pc.invert(shown)
    return pa.repeat(pa.scalar(part.is_deleted), rows)


def _filtered(batch: pa.RecordBatch, filter_: Any) -> pa.RecordBatch:
    found: pa.RecordBatch = batch.filter(filter_)
    return found
