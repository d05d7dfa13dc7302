"""Starting, stopping, and what an operator sees."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from tests.vastlocal.conftest import BUCKET, TableMaker, connect
from tests.waiting import PATIENCE_SECONDS
from vastlocal.control import Control, ControlError
from vastlocal.process import LocalVast

WITH_KEYS = {**os.environ, "VASTLOCAL_ACCESS_KEY": "K", "VASTLOCAL_SECRET_KEY": "S"}


def test_a_taken_port_is_told_plainly(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        command = [sys.executable, "-m", "vastlocal", "--port", str(port), "--data", str(tmp_path)]
        command += ["--bucket", "b"]
        run = subprocess.run(
            command, env=WITH_KEYS, capture_output=True, text=True, timeout=120, check=False
        )

    assert run.returncode == 1
    assert run.stderr == f"vastlocal: 127.0.0.1:{port} is in use\n"


def test_data_in_use_is_told_plainly(tmp_path: Path) -> None:
    with LocalVast(tmp_path):
        command = [sys.executable, "-m", "vastlocal", "--port", "0", "--data", str(tmp_path)]
        command += ["--bucket", "b"]
        run = subprocess.run(
            command, env=WITH_KEYS, capture_output=True, text=True, timeout=120, check=False
        )

    assert run.returncode == 1
    assert run.stderr == f"vastlocal: another server is running on {tmp_path}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(
    tmp_path: Path, number: signal.Signals, request: pytest.FixtureRequest
) -> None:
    server = LocalVast(tmp_path)
    request.addfinalizer(server.ensure_stopped)
    server.start()
    process = server._running()

    process.send_signal(number)

    assert process.wait(PATIENCE_SECONDS) == 0
    server._reap()
    with pytest.raises(ControlError):
        server.control.health()


def test_health_tells_what_runs(tmp_path: Path) -> None:
    with LocalVast(tmp_path, buckets=("one", "two"), server_version="5.3.1.2") as server:
        health = server.control.health()

        assert health.buckets == ("one", "two")
        assert health.pid == server.pid
        assert health.open_transactions == 0
        assert connect(server).api.vast_version == (5, 3, 1, 2)


def test_an_older_server_version_hides_newer_features(tmp_path: Path) -> None:
    with LocalVast(tmp_path, server_version="5.2.0.0") as server:
        session = connect(server)
        with session.transaction() as tx:
            schema = tx.bucket(BUCKET).create_schema("s")
            table = schema.create_table("t", pa.schema([("a", pa.int64())]))
            with pytest.raises(Exception, match="Elysium requires"):
                table.add_sorting_key(["a"])


def test_data_outlives_a_restart(
    tmp_path: Path, make_table: TableMaker, request: pytest.FixtureRequest
) -> None:
    columns = pa.schema([("k", pa.string()), ("v", pa.list_(pa.int8()))])
    server = LocalVast(tmp_path)
    request.addfinalizer(server.ensure_stopped)
    server.start()
    table = make_table(columns, session=connect(server), sorting_key=["k"])
    with table.session.transaction() as tx:
        table.within(tx).create_projection("p", ["k"], ["v"])
        table.insert_within(tx, k=["a", "b"], v=[[1, 2], None])
    table.session.api._session.close()

    assert server.stop() == 0
    server.start()

    table.session = connect(server)
    assert table.rows() == [{"k": "a", "v": [1, 2]}, {"k": "b", "v": None}]
    with table.session.transaction() as tx:
        again = table.within(tx)
        assert again.arrow_schema == columns
        assert [field.name for field in again.sorted_columns()] == ["k"]
        assert [p.name for p in again.projections()] == ["p"]
        assert int(again.insert(pa.table({"k": ["c"]})).to_pylist()[0]) & 0xFF == 2
    server.stop()


def test_control_of_a_dead_server_fails_plainly() -> None:
    with pytest.raises(ControlError, match="no answer"):
        Control("http://127.0.0.1:9", "K", "S").health()
