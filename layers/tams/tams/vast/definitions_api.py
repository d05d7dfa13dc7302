"""VAST's operations on schemas, tables, columns and projections.

One HTTP request each, and lists take one for each page. Source: `VastdbApi` in vastdb/_internal.py, and its
generated modules.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus

from flatbuffers import Builder

from tams.vast import lists
from tams.vast.api import VastApi
from tams.vast.arrow_writer import schema_message
from tams.vast.column_types import Columns
from tams.vast.flat_pieces import offsets, piece, table

_SCHEMAS, _TABLES, _PROJECTIONS = 1, 2, 3
"""The slots of the lists' objects."""
_SORTED, _UNSORTED = 1, 0  # of enum ColumnType
_PAGE = 1_000


class DefinitionsApi:
    """Works in a transaction. A path is that of a bucket, schema or table. Raises as `VastApi` does."""

    def __init__(self, api: VastApi, txid: int) -> None:
        self._api = api
        self._txid = txid

    def schemas(self, path: str) -> list[str]:
        return self._names(path, "schema", _SCHEMAS)

    def create_schema(self, path: str) -> None:
        self._post(path, "schema", piece(lambda it: table(it, [_text(it, 0, "")], 1)))

    def drop_schema(self, path: str) -> None:
        """Only an empty one."""
        self._api.request("DELETE", path, "schema", self._txid)

    def tables(self, path: str) -> list[str]:
        return self._names(path, "table", _TABLES)

    def create_table(self, path: str, columns: Columns, sorting_key: Sequence[str]) -> None:
        self._post(path, "table", schema_message(columns), _sorted_by(tuple(columns), sorting_key))

    def drop_table(self, path: str) -> None:
        self._api.request("DELETE", path, "table", self._txid)

    def add_sorting_key(self, path: str, there: Iterable[str], sorting_key: Sequence[str]) -> None:
        """Sorts a table that is not. `there` are the names of all of its columns, in order."""
        lines = _sorted_by(tuple((name, None) for name in there), sorting_key)
        body = piece(lambda it: table(it, [], 1))
        self._api.request("PUT", path, "table", self._txid, body, lines)

    def stats(self, path: str) -> lists.TableStats:
        return lists.table_stats(self._api.request("GET", path, "stats", self._txid).body)

    def columns(self, path: str) -> dict[str, str]:
        """Names and types, in order."""
        return self._columns(path, "column")

    def sorting_key(self, path: str) -> tuple[str, ...]:
        """Only for a sorted table."""
        return tuple(self._columns(path, "sorted-columns"))

    def add_columns(self, path: str, columns: Columns) -> None:
        self._post(path, "column", schema_message(columns))

    def projections(self, path: str) -> list[str]:
        return self._names(path, "projection", _PROJECTIONS)

    def projection_columns(self, path: str, name: str) -> list[str]:
        return list(self._columns(path, f"projection-columns&name={quote_plus(name)}"))

    def create_projection(
        self, path: str, name: str, by: Iterable[str], others: Iterable[str]
    ) -> None:
        columns = [*((each, _SORTED) for each in by), *((each, _UNSORTED) for each in others)]

        def make(builder: Builder) -> int:
            made = [
                table(builder, [_text(builder, 0, each), ("Int8", 1, kind)], 2)
                for each, kind in columns
            ]
            return table(builder, [("UOffsetTRelative", 0, offsets(builder, made))], 1)

        self._post(path, f"projection&name={quote_plus(name)}", piece(make))

    def drop_projection(self, path: str, name: str) -> None:
        command = f"projection&name={quote_plus(name)}"
        self._api.request("DELETE", path, command, self._txid)

    def _post(self, path: str, command: str, body: bytes, lines: str = "") -> None:
        self._api.request("POST", path, command, self._txid, body, lines)

    def _names(self, path: str, command: str, slot: int) -> list[str]:
        return [name for each in self._pages(path, command) for name in lists.names(each, slot)]

    def _columns(self, path: str, command: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in self._pages(path, command):
            found |= lists.columns(each)
        return found

    def _pages(self, path: str, command: str) -> Iterable[bytes]:
        next_key = "0"
        while True:
            lines = (
                f"tabular-max-keys: {_PAGE}\r\ntabular-next-key: {next_key}\r\n"
                "tabular-name-prefix: \r\ntabular-list-count-only: False\r\n"
            )
            answer = self._api.request("GET", path, command, self._txid, b"", lines)
            yield answer.body
            if answer.headers.get("tabular-is-truncated") != "true":
                return
            next_key = answer.headers["tabular-next-key"]


def _sorted_by(columns: Sequence[tuple[str, object]], sorting_key: Sequence[str]) -> str:
    """Header lines with the positions of the key's columns."""
    positions = {name: position for position, (name, _) in enumerate(columns)}
    return "".join(
        f"tabular-sorted-column-{number}: {positions[name]}\r\n"
        for number, name in enumerate(sorting_key)
    )


def _text(builder: Builder, slot: int, text: str) -> tuple[str, int, int]:
    return ("UOffsetTRelative", slot, builder.CreateString(text))
