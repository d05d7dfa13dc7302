"""Our messages match the SDK's. The SDK is the reference: an upgrade that changes it fails here."""

import struct
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vastdb import _internal
from vastdb.table_metadata import TableMetadata, TableRef

from tams.repositories.all_tables import ALL
from tams.repositories.tables import FLOWS, SEGMENTS
from tams.vast.column_types import ColumnType
from tams.vast.query_message import query_message
from tams.vast.where import Predicate, all_of, any_of, col
from tests.sdk import arrow_schema
from vastlocal.protocol.query_ir import Query, decode_query

COLUMNS = (("id", ColumnType.TEXT), ("n", ColumnType.INT), ("b", ColumnType.BOOL))
SCHEMA = arrow_schema(COLUMNS)
TABLE = TableMetadata(TableRef("b", "s", "t"), arrow_schema=SCHEMA).ibis_table


def ours(names: tuple[str, ...], predicate: Predicate | None) -> Query:
    return decode_query(query_message(COLUMNS, names, predicate), SCHEMA.field)


def the_sdks(names: tuple[str, ...], predicate: Any) -> Query:
    resolved = None if predicate is None else predicate.resolve(TABLE)
    request = _internal.build_query_data_request(SCHEMA, resolved, list(names))
    return decode_query(bytes(request.serialized), SCHEMA.field)


def assert_same(mine: Query, theirs: Query) -> None:
    assert mine.leaves == theirs.leaves
    assert mine.predicate == theirs.predicate
    assert set(mine.columns) == set(theirs.columns)


_ = ibis._


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (None, None),
        (col["id"] == "é\n", _["id"] == "é\n"),
        (col["id"] == "", _["id"] == ""),
        (col["n"] == 0, _["n"] == 0),
        (col["n"] != -1, _["n"] != -1),
        (col["n"] < 2**63 - 1, _["n"] < 2**63 - 1),
        (col["n"] >= -(2**63), _["n"] >= -(2**63)),
        (col["b"] == True, _["b"] == True),  # noqa: E712
        (col["b"] == False, _["b"] == False),  # noqa: E712
        (col["id"].between("a", "b"), _["id"].between("a", "b")),
        (col["id"].contains("x"), _["id"].contains("x")),
        (col["id"].isin(["a", "bb", "ccccc"]), _["id"].isin(["a", "bb", "ccccc"])),
        (col["n"].isnull() & col["id"].notnull(), _["n"].isnull() & ~_["id"].isnull()),
        (
            (col["id"] > "a") & (col["id"] <= "b") & ((col["n"] < 5) | (col["n"] > 7)),
            (_["id"] > "a") & (_["id"] <= "b") & ((_["n"] < 5) | (_["n"] > 7)),
        ),
        (
            any_of([col["n"].between(1, 2), col["n"].between(4, 5)]),
            _["n"].between(1, 2) | _["n"].between(4, 5),
        ),
    ],
)
@pytest.mark.parametrize("names", [("id", "n", "b"), ("b",), ("n", "id"), ()])
def test_a_message_says_what_the_sdks_says(
    names: tuple[str, ...], mine: Predicate | None, theirs: Any
) -> None:
    assert_same(ours(names, mine), the_sdks(names, theirs))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=30), st.integers(-(2**63), 2**63 - 1))
def test_texts_and_numbers_of_any_length_arrive(texts: list[str], number: int) -> None:
    mine = col["id"].isin(texts) & (col["n"] >= number)

    (alternatives, (bound,)) = ours(("id",), mine).predicate

    assert [each.values for each in alternatives] == [(text.encode(),) for text in texts]
    assert bound.values == (number,)


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_table_can_be_asked_for_all_its_columns(table: Any) -> None:
    schema = arrow_schema(table.columns)

    asked = decode_query(query_message(table.columns, table.names, None), schema.field)

    assert asked.columns == table.names


def test_whatever_is_read_as_eight_bytes_stands_at_a_multiple_of_eight() -> None:
    number = 0x1122334455667788
    for length in range(9):
        mine = (col["id"] == "x" * length) & (col["n"] == number) & (col["n"] < number)
        message = query_message(COLUMNS, ("id",), mine)
        at = message.index(struct.pack("<q", number))
        assert at % 8 == message.rindex(struct.pack("<q", number)) % 8 == 0


def test_types_of_columns_are_those_of_the_schema() -> None:
    assert arrow_schema(FLOWS.columns).field("segment_count").type == pa.int64()
    assert arrow_schema(SEGMENTS.columns).field("flow_id").type == pa.utf8()


@pytest.mark.parametrize(
    "impossible",
    [
        (col["id"] == "a") | (col["n"] == 1),
        col["id"] == 5,
        (col["id"] == "a") | ((col["id"] == "b") & (col["n"] == 1)),
    ],
    ids=["or of two columns", "a text and a number", "and inside or"],
)
def test_what_vast_cannot_decide_is_refused(impossible: Predicate) -> None:
    with pytest.raises(ValueError, match=r"VAST|compared"):
        query_message(COLUMNS, ("id",), impossible)


def test_nothing_to_compare_with_is_refused_and_no_filter_is_none() -> None:
    with pytest.raises(ValueError, match="at least one condition"):
        col["id"].isin([])
    assert all_of(None, None) is None
