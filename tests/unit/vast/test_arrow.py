"""Rows to Arrow streams and back, compared with pyarrow."""

import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.vast.arrow_reader import NO_MORE_ROWS, Answer, BrokenAnswerError, counted
from tams.vast.arrow_writer import BATCH_BYTES_MAX, row_streams
from tams.vast.column_types import ColumnType
from tests.sdk import arrow_schema
from vastlocal.protocol.query_stream import COMPLETED, FAILED, count_stream

COLUMNS = (("id", ColumnType.TEXT), ("n", ColumnType.INT), ("b", ColumnType.BOOL))
TYPES = tuple(type_ for _, type_ in COLUMNS)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.none() | st.text(max_size=30),
            "n": st.none() | st.integers(-(2**63), 2**63 - 1),
            "b": st.none() | st.booleans(),
        }
    ),
    min_size=1,
    max_size=40,
)
_FRAME = struct.pack("<IQ", 0, NO_MORE_ROWS)
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"


def as_vast_answers(batches: list[pa.RecordBatch], **options: Any) -> bytes:
    """A stream per column, whose messages are framed one by one."""
    parts = []
    for index in range(batches[0].num_columns):
        columns = [pa.record_batch([batch.column(index)], names=[""]) for batch in batches]
        sink = pa.BufferOutputStream()
        choices = pa.ipc.IpcWriteOptions(**options)
        with pa.ipc.new_stream(sink, columns[0].schema, options=choices) as writer:
            for column in columns:
                writer.write_batch(column)
        for message in pa.ipc.MessageReader.open_stream(sink.getvalue()):
            parts += [_FRAME, message.serialize().to_pybytes()]
        parts += [_FRAME, _END]
    return b"".join((*parts, COMPLETED))


def read(body: bytes, types: tuple[ColumnType, ...] = TYPES) -> list[tuple[Any, ...]]:
    pages = Answer(body, types).pages()
    return [row for page in pages for row in zip(*page, strict=True)]


@given(ROWS)
def test_what_is_written_is_what_pyarrow_reads(rows: list[dict[str, Any]]) -> None:
    (stream,) = row_streams(COLUMNS, rows)

    table = pa.ipc.open_stream(stream).read_all()

    table.validate(full=True)
    assert table.schema == arrow_schema(COLUMNS)
    assert table.to_pylist() == rows


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_what_pyarrow_writes_is_what_is_read(batches: list[list[dict[str, Any]]]) -> None:
    schema = arrow_schema(COLUMNS)
    made = [pa.RecordBatch.from_pylist(rows, schema=schema) for rows in batches]

    assert read(as_vast_answers(made)) == [
        tuple(row.values()) for batch in made for row in batch.to_pylist()
    ]


@given(
    st.lists(st.integers(0, 10**37), min_size=1), st.lists(st.integers(0, 2**64 - 1), min_size=1)
)
def test_row_ids_of_both_kinds_survive(long: list[int], short: list[int]) -> None:
    for type_, arrow, ids in (
        (ColumnType.SORTED_ROW_ID, pa.decimal128(38, 0), long),
        (ColumnType.ROW_ID, pa.uint64(), short),
    ):
        (stream,) = row_streams((("$row_id", type_),), [{"$row_id": each} for each in ids])
        table = pa.ipc.open_stream(stream).read_all()
        assert table.schema.field("$row_id").type == arrow
        assert [int(each) for each in table["$row_id"].to_pylist()] == ids
        assert read(as_vast_answers(table.to_batches()), (type_,)) == [(each,) for each in ids]


def test_a_slice_of_a_longer_array_is_read_from_its_own_start() -> None:
    batch = pa.RecordBatch.from_pylist(
        [{"id": f"{n}é" * n, "n": n or None, "b": n % 2 == 0} for n in range(20)],
        schema=arrow_schema(COLUMNS),
    )

    assert read(as_vast_answers([batch.slice(3, 9)])) == [
        tuple(row.values()) for row in batch.slice(3, 9).to_pylist()
    ]


def test_an_answer_of_several_pages_names_where_the_next_begins() -> None:
    batch = pa.RecordBatch.from_pylist([{"id": "a"}], schema=pa.schema([("id", pa.utf8())]))
    page = as_vast_answers([batch]).removesuffix(COMPLETED)
    following = page.replace(struct.pack("<Q", NO_MORE_ROWS), struct.pack("<Q", 77))
    answer = Answer(page + following + COMPLETED, (ColumnType.TEXT,))

    assert answer.pages() == [[["a"]], [["a"]]]
    assert answer.next_row == 77


def test_a_sign_of_life_between_messages_is_passed_over() -> None:
    assert counted(b"\xff\xff\xff\xff" + count_stream(0, NO_MORE_ROWS, 12) + COMPLETED) == 12


def test_an_answer_cut_anywhere_is_an_error_and_never_fewer_rows() -> None:
    batch = pa.RecordBatch.from_pylist(
        [{"id": "a"}, {"id": "b"}], schema=pa.schema({"id": pa.utf8()})
    )
    whole = as_vast_answers([batch])

    for length in range(len(whole)):
        with pytest.raises(BrokenAnswerError):
            Answer(whole[:length], (ColumnType.TEXT,)).pages()


@pytest.mark.parametrize(
    "body",
    [
        FAILED,
        count_stream(0, NO_MORE_ROWS, 3) + FAILED,
        b"<html>no</html>" * 9,
    ],
    ids=["failed at once", "failed later", "not an answer"],
)
def test_a_query_that_failed_is_an_error(body: bytes) -> None:
    with pytest.raises(BrokenAnswerError):
        Answer(body, (ColumnType.TEXT,)).pages()


def test_compressed_columns_are_refused_rather_than_misread() -> None:
    batch = pa.RecordBatch.from_pylist([{"id": "a" * 500}], schema=pa.schema([("id", pa.utf8())]))

    with pytest.raises(BrokenAnswerError, match="compressed"):
        read(as_vast_answers([batch], compression="zstd"), (ColumnType.TEXT,))


def test_rows_that_one_request_cannot_carry_go_in_several_and_in_order() -> None:
    rows = [{"id": str(n) * 100_000} for n in range(10)] * 10

    streams = list(row_streams((("id", ColumnType.TEXT),), rows))

    assert len(streams) > 1
    assert max(map(len, streams)) <= BATCH_BYTES_MAX
    read_back = [r for each in streams for r in pa.ipc.open_stream(each).read_all().to_pylist()]
    assert read_back == rows
    assert list(row_streams((("id", ColumnType.TEXT),), [])) == []
