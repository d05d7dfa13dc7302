"""What we send and read about definitions is what the SDK sends and reads."""

import pyarrow as pa
import pytest
from vastdb.vast_flatbuf.tabular.CreateProjectionRequest import CreateProjectionRequest
from vastdb.vast_flatbuf.tabular.CreateSchemaRequest import CreateSchemaRequest
from vastdb.vast_flatbuf.tabular.GetTableStatsResponse import GetTableStatsResponse

from tams.repositories.all_tables import ALL
from tams.repositories.tables import SEGMENTS
from tams.vast import lists
from tams.vast.api import VastApi, object_path
from tams.vast.arrow_reader import BrokenAnswerError
from tams.vast.arrow_writer import schema_message
from tams.vast.definitions_api import DefinitionsApi
from tams.vast.http_connection import HttpResponse
from tests.sdk import arrow_schema
from vastlocal.protocol.arrow_ipc import write_schema
from vastlocal.protocol.replies import ObjectDetails, list_reply, table_stats_reply

PATH = "/b/s/t"


class Recorded(VastApi):
    """Keeps what is sent, and answers with these pages."""

    def __init__(self, *pages: HttpResponse) -> None:
        self.sent: list[tuple[str, str, str, bytes, str]] = []
        self._answers = list(pages)

    def request(
        self, method: str, path: str, command: str, txid: int, body: bytes = b"", lines: str = ""
    ) -> HttpResponse:
        assert txid == 7
        self.sent.append((method, path, command, body, lines))
        return self._answers.pop(0) if self._answers else HttpResponse(200)


def page(body: bytes, next_key: int = 0) -> HttpResponse:
    headers = {
        "tabular-next-key": str(next_key),
        "tabular-is-truncated": str(bool(next_key)).lower(),
    }
    return HttpResponse(200, headers, body)


@pytest.mark.parametrize("table", ALL, ids=lambda it: it.name)
def test_columns_are_described_as_pyarrow_does(table: object) -> None:
    columns = table.columns  # type: ignore[attr-defined]

    assert pa.ipc.read_schema(pa.py_buffer(schema_message(columns))) == arrow_schema(columns)


def test_a_table_names_the_positions_of_its_sorting_key() -> None:
    api = Recorded()

    DefinitionsApi(api, 7).create_table(PATH, SEGMENTS.columns, SEGMENTS.sorting_key)

    ((method, path, command, _, lines),) = api.sent
    assert (method, path, command) == ("POST", PATH, "table")
    assert lines == "tabular-sorted-column-0: 0\r\ntabular-sorted-column-1: 1\r\n"


def test_the_sdk_reads_the_projection_that_we_ask_for() -> None:
    api = Recorded()

    DefinitionsApi(api, 7).create_projection(PATH, "by name", ["a", "b"], ["c"])

    ((method, _, command, body, _),) = api.sent
    assert (method, command) == ("POST", "projection&name=by+name")
    found = CreateProjectionRequest.GetRootAs(body)
    columns = [found.Columns(number) for number in range(found.ColumnsLength())]
    assert [(it.Name(), it.Type()) for it in columns] == [(b"a", 1), (b"b", 1), (b"c", 0)]


def test_the_sdk_reads_the_schema_that_we_create() -> None:
    api = Recorded()

    DefinitionsApi(api, 7).create_schema(object_path("b", "s"))

    ((_, path, _, body, _),) = api.sent
    assert path == "/b/s"
    assert CreateSchemaRequest.GetRootAs(body).Properties() == b""


def test_lists_are_read_page_by_page() -> None:
    first = page(list_reply(["b", "s"], [ObjectDetails("one"), ObjectDetails("zwei")]), next_key=2)
    last = page(list_reply(["b", "s"], [ObjectDetails("drei")]))
    api = Recorded(first, last)

    assert DefinitionsApi(api, 7).tables("/b/s") == ["one", "zwei", "drei"]
    assert ["tabular-next-key: 0" in api.sent[0][4], "tabular-next-key: 2" in api.sent[1][4]] == [
        True,
        True,
    ]


def test_columns_are_read_with_their_types() -> None:
    types = {
        "text": (pa.utf8(), "utf8"),
        "int": (pa.int64(), "int64"),
        "short": (pa.uint16(), "uint16"),
        "bool": (pa.bool_(), "bool"),
        "float": (pa.float64(), "Arrow type 3"),
    }
    schema = pa.schema([(name, type_) for name, (type_, _) in types.items()])

    found = DefinitionsApi(Recorded(page(write_schema(schema))), 7).columns(PATH)

    assert found == {name: words for name, (_, words) in types.items()}


def test_statistics_are_read() -> None:
    given = ObjectDetails("t", rows=12, size_bytes=3_456, is_sorted=True)
    reply = table_stats_reply(given, external_row_ids=False)
    by_sdk = GetTableStatsResponse.GetRootAs(reply)

    found = lists.table_stats(reply)

    assert found == lists.TableStats(12, is_sorted=True, size_bytes=3_456, sorting_done=True)
    assert (by_sdk.NumRows(), by_sdk.SizeInBytes()) == (found.rows, found.size_bytes)
    assert bool(by_sdk.SortingScore() >> 63) is found.sorting_done


def test_a_table_and_a_schema_are_dropped() -> None:
    api = Recorded()

    DefinitionsApi(api, 7).drop_table(PATH)
    DefinitionsApi(api, 7).drop_schema("/b/s")

    assert api.sent == [("DELETE", PATH, "table", b"", ""), ("DELETE", "/b/s", "schema", b"", "")]


@pytest.mark.parametrize("read", [lists.columns, lists.table_stats, lambda it: lists.names(it, 1)])
def test_a_broken_answer_is_no_crash(read: object) -> None:
    for broken in (b"", b"\x01", b"\xff" * 12, b"<html>not VAST at all</html>"):
        with pytest.raises(BrokenAnswerError):
            read(broken)  # type: ignore[operator]
