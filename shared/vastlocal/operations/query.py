"""Queries: GET `?data`, with the query in the body."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from vastlocal.engine.codecs import codec_for
from vastlocal.engine.definitions import ROW_ID, TableDefinition
from vastlocal.engine.looking import rows_looked_at
from vastlocal.engine.scan import Page, Scan, Share
from vastlocal.errors import BadRequestError
from vastlocal.http.messages import Request, Response
from vastlocal.operations.context import Call
from vastlocal.operations.plans import Plan, QueryOptions, plan_query
from vastlocal.operations.select_log import Kind, compared
from vastlocal.protocol.query_ir import Query, decode_query
from vastlocal.protocol.query_stream import (
    COMPLETED,
    NO_MORE_ROWS,
    count_stream,
    leaf_stream,
    small_stream,
)
from vastlocal.protocol.small_batch import small_batch_for

_ROW_GROUP_ROWS = 1 << 16
_ESTIMATE_SPLIT = 0xFFFFFFFC
"""The SDK multiplies the rows of the first batch by 65,536."""
_LIMIT_ROWS = 128 * 1024
_QUICK_STEPS = 200_000


@dataclass(frozen=True, slots=True)
class _Split:
    number: int
    total: int
    row_groups: int
    starts: tuple[tuple[int, int], ...]
    """The (sub-split, position) pairs to read."""
    sub_splits: int
    limit_rows: int

    def share(self, sub_split: int) -> Share:
        return Share(
            part=self.number * self.sub_splits + sub_split,
            parts=self.total * self.sub_splits,
            run_rows=self.row_groups * _ROW_GROUP_ROWS,
        )


def _parse_split(request: Request) -> _Split:
    """Raises BadRequestError."""
    sub_splits = request.integer("tabular-num-of-subsplits", 1)
    try:
        number, total, row_groups = map(int, request.headers["tabular-split"].split(","))
        starts = []
        for index in range(sub_splits):
            text = request.headers.get(f"tabular-start-row-id-{index}", f"{index},0")
            sub_split, position = map(int, text.split(","))
            starts.append((sub_split, position))
    except (KeyError, ValueError) as error:
        raise BadRequestError("the headers of the split are missing or malformed") from error
    limit_rows = request.integer("tabular-limit-rows", _LIMIT_ROWS)
    if min(total, row_groups, sub_splits, limit_rows) < 1 or number < 0:
        raise BadRequestError("the numbers of the split must be positive")
    if request.integer("tabular-schedule-id", 0) < 0:
        raise BadRequestError("tabular-schedule-id must not be negative")
    return _Split(number, total, row_groups, tuple(starts), sub_splits, limit_rows)


def query_rows(call: Call) -> Response:
    table = call.table()
    split = _parse_split(call.request)
    if split.number == _ESTIMATE_SPLIT:
        query = decode_query(call.request.body, table.field)
        return Response(_estimate(call, table, query) + COMPLETED, is_chunked=True)
    options = QueryOptions(
        call.request.parameters.get("name"),
        call.request.headers.get("tabular-enable-sorted-projections") != "False",
    )
    base = call.transaction.base_table(table.id)
    plan = plan_query(table, base, call.request.body, options)
    scan = Scan(
        call.transaction,
        plan.columns,
        plan.parameters,
        plan.remainder,
        plan.statements,
        call.in_thread,
    )
    parts: list[bytes] = []
    steps_max = None if call.in_thread else _QUICK_STEPS
    with call.transaction.connection.bounded(steps_max):
        for sub_split, position in split.starts:
            share = split.share(sub_split)
            parts += _sub_split(call, scan, plan, share, (sub_split, position), split.limit_rows)
    call.rows_read = scan.read_rows
    if call.selects.is_on:
        _note(call, scan, plan, split)
    parts.append(COMPLETED)
    return Response(b"".join(parts), is_chunked=True)


def _note(call: Call, scan: Scan, plan: Plan, split: _Split) -> None:
    """Decodes the query once more: only while somebody watches, and then no plan has to know of it."""
    table = scan.table
    predicate = decode_query(call.request.body, table.field).predicate
    index = scan.statements.access.index
    names = {index.name: p.name for index, p in table.projection_indexes}
    way = "scan" if index is None else names.get(index.name, "key")
    sent = tuple(dict.fromkeys(leaf.column for leaf in plan.leaves))
    rows = 0
    for sub_split, position in split.starts:
        share = split.share(sub_split)
        if position < NO_MORE_ROWS and plan.leaves:
            rows += rows_looked_at(scan, predicate, share, position, split.limit_rows)
        elif position < NO_MORE_ROWS and share.part == 0:
            rows += rows_looked_at(scan, predicate, Share(), 0, None)
    call.selects.note(Kind(table.name, way, compared(predicate), sent), rows)


def _sub_split(
    call: Call, scan: Scan, plan: Plan, share: Share, start: tuple[int, int], limit: int
) -> Iterable[bytes]:
    sub_split, position = start
    is_done = position >= NO_MORE_ROWS
    if not plan.leaves:
        # Only a number is sent, so the first sub-split answers for all of them at once.
        rows = scan.count() if share.part == 0 and not is_done else 0
        return [count_stream(sub_split, NO_MORE_ROWS, rows)]
    page = Page({name: [] for name in scan.columns})
    if not is_done:
        page = scan.page(share, position, limit)
    following = NO_MORE_ROWS if page.next_position is None else page.next_position
    if call.shuffle:
        scan.settle(page)
        _shuffle(page)
    if page.cells is not None:
        return _small_streams(scan, plan, page.cells, sub_split, following)
    chunks = {
        name: arrays or [pa.array([], scan.table.field(name).type)]
        for name, arrays in page.columns.items()
    }
    return [leaf_stream(sub_split, following, chunks[leaf.column], leaf) for leaf in plan.leaves]


def _small_streams(
    scan: Scan, plan: Plan, cells: Mapping[str, Sequence[Any]], sub_split: int, following: int
) -> Iterator[bytes]:
    for leaf in plan.leaves:
        name = leaf.column
        data_type = scan.table.field(name).type
        if (batch := small_batch_for(data_type)) is None:
            array = codec_for(data_type).decode(cells[name])
            yield leaf_stream(sub_split, following, [array], leaf)
            continue
        if name == ROW_ID:
            values = scan.table.wire_row_id_values(cells[name])
        else:
            values = codec_for(data_type).values(cells[name])
        yield from small_stream(sub_split, following, data_type, batch.parts(values))


def _shuffle(page: Page) -> None:
    if page.rows:
        order = random.sample(range(page.rows), page.rows)
        for name, chunks in page.columns.items():
            page.columns[name] = [pa.concat_arrays(chunks).take(pa.array(order))]


def _estimate(call: Call, table: TableDefinition, query: Query) -> bytes:
    rows = call.transaction.stats(table.id).rows
    batch_rows = -(-rows // _ROW_GROUP_ROWS)
    if not query.leaves:
        return count_stream(0, NO_MORE_ROWS, batch_rows)
    leaf = query.leaves[0]
    field = table.field(leaf.column)
    nulls = pa.nulls(batch_rows, field.type)
    if leaf.column == ROW_ID:
        nulls = table.wire_row_ids([0] * batch_rows)
    return leaf_stream(0, NO_MORE_ROWS, [nulls], leaf)
