"""What is rejected, and how: signatures, sizes, malformed requests. A client's mistake never gives 500."""

import hashlib
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
import requests
from aws_requests_auth.aws_auth import AWSRequestsAuth
from vastdb import errors
from vastdb._internal import build_query_data_request
from vastdb.util import serialize_record_batch

from tests.vastlocal.conftest import BUCKET, TableMaker, TestTable, connect
from vastlocal.process import LocalVast

COLUMNS = pa.schema([("a", pa.int64()), ("b", pa.string()), ("c", pa.binary())])
CELL_MAX = 126 * 1024

Send = Callable[..., requests.Response]


@pytest.fixture
def table(make_table: TableMaker) -> TestTable:
    return make_table(COLUMNS)


@pytest.fixture
def send(server: LocalVast) -> Send:
    """A signed request without the SDK around it."""

    def do(method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
        auth = AWSRequestsAuth(
            server.access_key, server.secret_key, f"127.0.0.1:{server.port}", "", "s3"
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = server.endpoint + path
        return requests.request(method, url, data=body, headers=named, auth=auth, timeout=120)

    return do


@pytest.mark.parametrize("wrong", [{"access": "nobody"}, {"secret": "wrong"}])
def test_wrong_keys_are_forbidden(server: LocalVast, wrong: dict[str, str]) -> None:
    with pytest.raises(errors.Forbidden), connect(server, **wrong).transaction():
        pass


def test_an_unsigned_request_is_forbidden(server: LocalVast) -> None:
    assert requests.post(server.endpoint + "/?transaction", timeout=120).status_code == 403


def test_the_signature_covers_the_body(server: LocalVast) -> None:
    """A body that is swapped on the way no longer fits the signature."""
    auth = AWSRequestsAuth(
        server.access_key, server.secret_key, f"127.0.0.1:{server.port}", "", "s3"
    )
    url = server.endpoint + f"/{BUCKET}/s/t?rows"
    prepared = requests.Request("POST", url, data=b"original", auth=auth).prepare()
    prepared.body = b"swapped!"

    with requests.Session() as session:
        answer = session.send(prepared, timeout=120)

    assert answer.status_code == 403
    assert "SignatureDoesNotMatch" in answer.text


def test_an_old_signature_is_forbidden(server: LocalVast) -> None:
    stamp = "20200101T000000Z"
    headers = {
        "x-amz-date": stamp,
        "authorization": f"AWS4-HMAC-SHA256 Credential={server.access_key}/20200101//s3/aws4_request,"
        f" SignedHeaders=host;x-amz-date, Signature={hashlib.sha256(b'').hexdigest()}",
    }

    answer = requests.post(server.endpoint + "/?transaction", headers=headers, timeout=120)

    assert answer.status_code == 403
    assert "RequestTimeTooSkewed" in answer.text


@pytest.mark.parametrize(("column", "unit"), [("b", "x"), ("c", b"x")])
def test_a_cell_may_be_126_kb_and_no_more(table: TestTable, column: str, unit: Any) -> None:
    table.insert(**{column: [unit * CELL_MAX]})
    with pytest.raises(errors.BadRequest, match="TabularCellTooLarge"):
        table.insert(**{column: [unit * (CELL_MAX + 1)]})
    with pytest.raises(errors.BadRequest), table.session.transaction() as tx:
        table.update_within(tx, [0], **{column: [unit * (CELL_MAX + 1)]})

    assert [row[column] for row in table.rows()] == [unit * CELL_MAX]


def test_a_request_of_more_than_5_mib_is_refused(table: TestTable, send: Send) -> None:
    rows = pa.record_batch([["x" * 100_000] * 53], schema=pa.schema([COLUMNS.field("b")]))
    body = serialize_record_batch(rows).to_pybytes()
    assert len(body) > 5 << 20

    answer = send("POST", f"/{BUCKET}/{table.schema}/t?rows", body)

    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text
    assert table.rows() == []


def _batches(*batches: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    written: bytes = sink.getvalue().to_pybytes()
    return written


ONE = pa.record_batch([pa.array([1], pa.int64())], names=["a"])
SPLIT = {"tabular_split": "0,1,8", "tabular_num_of_subsplits": "1"}

MISTAKES: dict[str, tuple[str, str, bytes, dict[str, str], int]] = {
    "no command": ("GET", "/{t}", b"", {}, 400),
    "unknown command": ("GET", "/{t}?nonsense", b"", {}, 400),
    "wrong method": ("PUT", "/{t}?stats", b"", {}, 405),
    "txid is no number": ("GET", "/{t}?stats", b"", {"tabular_txid": "x"}, 400),
    "txid is unknown": ("GET", "/{t}?stats", b"", {"tabular_txid": "12345"}, 404),
    "no such table": ("GET", "/{t}x?stats", b"", {}, 404),
    "no such bucket": ("GET", "/other/s/t?stats", b"", {}, 404),
    "table path too short": ("GET", f"/{BUCKET}?stats", b"", {}, 400),
    "insert of rubbish": ("POST", "/{t}?rows", b"rubbish", {}, 400),
    "insert of two batches": ("POST", "/{t}?rows", _batches(ONE, ONE), {}, 400),
    "insert without columns": ("POST", "/{t}?rows", _batches(ONE.select([])), {}, 501),
    "insert of an unknown column": (
        "POST", "/{t}?rows", _batches(ONE.rename_columns(["z"])), {}, 404,
    ),
    "insert of a wrong type": (
        "POST", "/{t}?rows", _batches(pa.record_batch([["x"]], names=["a"])), {}, 400,
    ),
    "update without row ids": ("PUT", "/{t}?rows", _batches(ONE), {}, 400),
    "delete by text": (
        "DELETE", "/{t}?rows", _batches(pa.record_batch([["x"]], names=["$row_id"])), {}, 400,
    ),
    "query of rubbish": ("GET", "/{t}?data", b"\xff" * 40, SPLIT, 400),
    "query of nothing": ("GET", "/{t}?data", b"", SPLIT, 400),
    "query without a split": ("GET", "/{t}?data", b"", {}, 400),
    "projection without a name": ("DELETE", "/{t}?projection", b"", {}, 400),
    "no such projection": ("DELETE", "/{t}?projection&name=p", b"", {}, 404),
    "table of rubbish": ("POST", "/{t}2?table", b"rubbish", {}, 400),
    "negative page": ("GET", f"/{BUCKET}?schema", b"", {"tabular_max_keys": "-1"}, 400),
    "import of files": ("POST", "/{t}?data", b"", {}, 501),
    "blob expansion": ("POST", "/{t}?blob-expansion", b"", {}, 501),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_with_its_status(table: TestTable, send: Send, mistake: str) -> None:
    method, path, body, headers, status = MISTAKES[mistake]

    answer = send(method, path.format(t=f"{BUCKET}/{table.schema}/t"), body, **headers)

    assert (answer.status_code, "<Code>" in answer.text) == (status, True), answer.text


def test_flipped_bytes_in_a_query_never_make_a_500(table: TestTable, send: Send) -> None:
    body = bytearray(build_query_data_request(COLUMNS, None, ["a", "b"]).serialized)
    flips = random.Random(7)
    for _ in range(150):
        broken = bytearray(body)
        for _ in range(flips.randint(1, 4)):
            broken[flips.randrange(len(broken))] = flips.randrange(256)

        answer = send("GET", f"/{BUCKET}/{table.schema}/t?data", bytes(broken), **SPLIT)

        assert answer.status_code in (200, 400, 404), answer.text


@pytest.mark.parametrize("page", [1, 3, 100])
def test_lists_come_in_pages(make_table: TableMaker, page: int) -> None:
    table = make_table(pa.schema([(f"c{n}", pa.int8()) for n in range(10)]))
    api = table.session.api
    with table.session.transaction() as tx:
        schema = tx.bucket(BUCKET).schema(table.schema)
        for n in range(7):
            schema.create_table(f"t{n}", COLUMNS)
            table.within(tx).create_projection(f"p{n}", [f"c{n}"], ["c9"])
        place = {"bucket": BUCKET, "schema": table.schema, "txid": tx.txid, "max_keys": page}

        tables = _all_pages(lambda key: api.list_tables(**place, next_key=key)[2:])
        columns = _all_pages(
            lambda key: api.list_columns("column", table="t", **place, next_key=key)
        )
        projections = _all_pages(
            lambda key: api.list_projections(table="t", **place, next_key=key)[3:]
        )
        counted = api.list_tables(**place, count_only=True)[5]
        prefixed = api.list_tables(**place, name_prefix="t6")[2]

    assert tables == ["t", *(f"t{n}" for n in range(7))]
    assert columns == [f"c{n}" for n in range(10)]
    assert projections == [f"p{n}" for n in range(7)]
    assert counted == 8
    assert [found.name for found in prefixed] == ["t6"]


def _all_pages(ask: Callable[[int], Any]) -> list[str]:
    names: list[str] = []
    key, is_truncated = 0, True
    while is_truncated:
        items, key, is_truncated, _ = ask(key)
        names += [item.name for item in items]
    return names
