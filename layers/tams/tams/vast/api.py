"""VAST's operations on transactions and rows, one HTTP request each.

Source: `VastdbApi` in vastdb/_internal.py.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from tams.deadline import within
from tams.vast.arrow_reader import NO_MORE_ROWS, Answer, Column, counted
from tams.vast.arrow_writer import row_streams
from tams.vast.column_types import Columns, ColumnType
from tams.vast.errors import VastConnectionError, VastRequestError
from tams.vast.failures import code_of, failure_of, is_vast
from tams.vast.http_connection import HttpResponse
from tams.vast.http_pool import HttpPool
from tams.vast.query_message import query_message
from tams.vast.signature import Signer
from tams.vast.where import Predicate

QUERY_BYTES_MAX = int(0.9 * (5 << 20))
"""The longest select message that VAST accepts. Source: vastdb/util.py."""

ROWS_MAX = 128 * 1024
_TRANSACTION = "transaction"
_ABANDON_SECONDS = 0.5
_PAUSES = (0.1, 0.3)
"""Seconds before the second and third try, while VAST asks us to slow down."""


class VastApi:
    """Raises VastConnectionError, VastConflictError, VastUnavailableError, VastRequestError."""

    def __init__(self, pool: HttpPool, signer: Signer) -> None:
        self._pool = pool
        self._signer = signer
        self._is_vast = False

    def begin(self) -> int:
        """The id of a new transaction."""
        response = self.request("POST", "/", _TRANSACTION, 0)
        if not self._is_vast or "tabular-txid" not in response.headers:
            self._is_vast = is_vast(response)
        return int(response.headers["tabular-txid"])

    def commit(self, txid: int) -> None:
        self.request("PUT", "/", _TRANSACTION, txid)

    def end_read(self, txid: int) -> None:
        """Commits a transaction that has written nothing, without waiting for the answer.

        Its snapshot was read, whatever becomes of the commit. A transaction that VAST does not hear of again
        expires.
        """
        with suppress(VastConnectionError):
            self._pool.send(self._signed("PUT", "/", _TRANSACTION, txid))

    def keep_alive(self, txid: int) -> None:
        """Tells VAST that the transaction is still in use."""
        self.request("GET", "/", _TRANSACTION, txid)

    def roll_back(self, txid: int) -> None:
        self.request("DELETE", "/", _TRANSACTION, txid)

    def abandon(self, txid: int) -> None:
        """Rolls back without waiting for the answer, for a transaction in which VAST fell silent.

        If VAST does not hear of it, the transaction expires.
        """
        with suppress(VastConnectionError), within(_ABANDON_SECONDS):
            self._pool.send(self._signed("DELETE", "/", _TRANSACTION, txid))

    def select(
        self,
        txid: int,
        path: str,
        columns: Columns,
        names: Sequence[str],
        predicate: Predicate | None,
        rows_max: int | None,
    ) -> list[list[Column]]:
        """Pages of the columns `names`, in no order.

        With `rows_max`, at least that many rows come back when there are more.
        """
        pages: list[list[Column]] = []
        rows = 0
        for page in self.pages(txid, path, columns, names, predicate, rows_max):
            pages.append(page)
            rows += len(page[0])
            if rows_max is not None and rows >= rows_max:
                break
        return pages

    def pages(
        self,
        txid: int,
        path: str,
        columns: Columns,
        names: Sequence[str],
        predicate: Predicate | None,
        rows_at_once: int | None,
    ) -> Iterator[list[Column]]:
        """The same, fetched as they are needed. One round trip for about `rows_at_once` rows."""
        message = self._message(columns, tuple(names), predicate)
        types = dict(columns)
        wanted = [types[name] for name in names]
        next_row = 0
        while next_row != NO_MORE_ROWS:
            answer = Answer(self._query(txid, path, message, next_row, rows_at_once), wanted)
            yield from answer.pages()
            next_row = answer.next_row

    def query(
        self,
        txid: int,
        path: str,
        columns: Columns,
        names: Sequence[str],
        predicate: Predicate | None,
        next_row: int,
        rows_max: int,
    ) -> bytes:
        """The unread answer to a select of the rows from `next_row` on, for bulk work."""
        message = self._message(columns, tuple(names), predicate)
        return self._query(txid, path, message, next_row, rows_max)

    def count(self, txid: int, path: str, columns: Columns, predicate: Predicate | None) -> int:
        message = self._message(columns, (), predicate)
        return counted(self._query(txid, path, message, 0, None))

    def insert(
        self, txid: int, path: str, columns: Columns, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        for stream in row_streams(columns, rows):
            self.request("POST", path, "rows", txid, stream)

    def insert_stream(self, txid: int, path: str, stream: bytes) -> None:
        """Insert the rows of an Arrow stream of one batch, of at most QUERY_BYTES_MAX."""
        self.request("POST", path, "rows", txid, stream)

    def update(
        self, txid: int, path: str, columns: Columns, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """The first column is the row id. VAST requires the rows sorted by it."""
        row_id = columns[0][0]
        for stream in row_streams(columns, sorted(rows, key=lambda row: row[row_id])):
            self.request("PUT", path, "rows", txid, stream)

    def delete(self, txid: int, path: str, row_ids: Sequence[int], type_: ColumnType) -> None:
        rows = [{"$row_id": each} for each in sorted(row_ids)]
        for stream in row_streams((("$row_id", type_),), rows):
            self.request("DELETE", path, "rows", txid, stream)

    @staticmethod
    def _message(columns: Columns, names: tuple[str, ...], predicate: Predicate | None) -> bytes:
        message = query_message(columns, names, predicate)
        if len(message) > QUERY_BYTES_MAX:
            raise VastRequestError(
                f"the query has {len(message)} bytes, but the limit is {QUERY_BYTES_MAX}"
            )
        return message

    def _query(
        self, txid: int, path: str, message: bytes, next_row: int, rows_max: int | None
    ) -> bytes:
        lines = f"{_QUERY_LINES}{rows_max or ROWS_MAX}\r\ntabular-start-row-id-0: 0,{next_row}\r\n"
        return self.request("GET", path, "data", txid, message, lines).body

    def request(
        self, method: str, path: str, command: str, txid: int, body: bytes = b"", lines: str = ""
    ) -> HttpResponse:
        """`command` is the query, with its parameters; `lines` are header lines."""
        request = self._signed(method, path, command, txid, body, lines)
        for pause in (*_PAUSES, None):
            response = self._pool.exchange(request)
            if response.status == 200:
                return response
            if pause is None or "SlowDown" not in code_of(response):
                break
            time.sleep(pause)
        raise failure_of(response)

    def _signed(
        self, method: str, path: str, command: str, txid: int, body: bytes = b"", lines: str = ""
    ) -> bytes:
        signed = self._signer.headers(method, path, command, body)
        head = (
            f"{method} {path}?{command} HTTP/1.1\r\nHost: {self._pool.endpoint.host}\r\n{signed}"
            f"tabular-txid: {txid}\r\n{_COMMON_LINES}{lines}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii") + body


_COMMON_LINES = "tabular-api-version-id: 1\r\ntabular-client-name: tabular-api\r\n"
_QUERY_LINES = (
    "tabular-split: 0,1,8\r\ntabular-num-of-subsplits: 1\r\n"
    "tabular-request-format: string\r\ntabular-response-format: string\r\n"
    "tabular-enable-sorted-projections: True\r\ntabular-limit-rows: "
)


def object_path(bucket: str, schema: str) -> str:
    """The path of a schema, which may lie in others; without one, that of the bucket."""
    parts = (bucket, *(each for each in schema.split("/") if each))
    return "/" + "/".join(quote(each, safe="-_.~") for each in parts)


def table_path(bucket: str, schema: str, table: str) -> str:
    return f"{object_path(bucket, schema)}/{quote(table, safe='-_.~')}"
