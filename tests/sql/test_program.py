"""`tams sql` as its user runs it: formats, files, faults in one line, and what it refuses."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sql.__main__ import main
from tams.runtime.vast import vast_connection
from tests.cli.command import command
from tests.integration.local_vast import a_free_port, settings_for
from tests.provisioned import add_tables
from tests.sql.rows import SECOND, add_flow, add_segments
from vastlocal.http.server import serving
from vastlocal.settings import Settings

FLOW = "77777777-0000-4000-8000-000000000000"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> object:
    data = tmp_path_factory.mktemp("vast")
    add_tables(data)
    with serving(Settings(data, "K", "S", ("tams",), port=0)) as url:
        connection = vast_connection(settings_for(url))
        add_flow(connection, FLOW, label="[red]a\x1b[31m take", read_only=True)
        add_segments(connection, FLOW, [number * 2 * SECOND for number in range(30)])
        yield url


def environment(vast_url: str) -> dict[str, str]:
    there = {"ENDPOINT": vast_url, "BUCKET": "tams", "SCHEMA": "tams"}
    keys = {"ACCESS_KEY": "K", "SECRET_KEY": "S"}
    return {f"TAMS_VAST__{name}": value for name, value in {**there, **keys}.items()}


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def run(
    vast_url: str, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs the program in this process. Returns the exit code, and what it printed on both streams."""
    for name, value in environment(vast_url).items():
        monkeypatch.setenv(name, value)

    def ran(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capfdbinary.readouterr()
        code = main(arguments)
        printed = capfdbinary.readouterr()
        return code, printed.out.decode("utf-8", "replace"), printed.err.decode()

    return ran


def test_a_table_is_for_people(run: Run) -> None:
    code, out, _ = run("-c", "SELECT id, label, read_only, profile_id AS nothing FROM flows")

    assert code == 0
    head, row = out.splitlines()
    assert head.split() == ["id", "label", "read_only", "nothing"]
    assert row.split() == [FLOW, "[red]a\ufffd[31m", "take", "true"], (
        "no control reaches a terminal"
    )


def test_csv_json_and_parquet_have_all_rows_and_values(run: Run, tmp_path: Path) -> None:
    query = "SELECT timerange, start_ns, storage_ids, day FROM segments ORDER BY start_ns"

    _, out, _ = run("-c", query, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [int(row["start_ns"]) for row in rows] == [it * 2 * SECOND for it in range(30)]
    assert rows[1]["timerange"] == "[2:0_4:0)"

    _, out, _ = run("-c", query, "--format", "json")
    found = json.loads(out)
    assert found[3] == {
        "timerange": "[6:0_8:0)",
        "start_ns": 6 * SECOND,
        "storage_ids": ["here"],
        "day": "1970-01-01",
    }

    code, out, err = run("-c", query, "--output", str(tmp_path / "rows.parquet"))
    assert (code, out) == (0, "")
    assert "30 rows" in err
    assert pq.read_table(tmp_path / "rows.parquet").to_pylist()[29]["start_ns"] == 58 * SECOND
    assert names_in(tmp_path) == ["rows.parquet"], "nothing unfinished is left"


def test_rows_can_be_partitioned_by_day(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "by day"
    arguments = ("-c", "FROM segments", "--output", str(folder), "--partition", "day")

    code, _, _ = run(*arguments)

    assert code == 0
    assert sorted(it.name for it in folder.iterdir()) == ["day=1970-01-01", "day=1970-01-02"]
    read = pq.read_table(folder)
    assert read.num_rows == 30
    code, _, err = run(*arguments)
    assert (code, "is not empty" in err) == (1, True)


def test_queries_come_from_files_and_from_standard_input(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.sql"
    file.write_text("SELECT count(*) AS first FROM flows; -- one\nSELECT 2 AS second -- two\n")

    assert run(str(file))[1].split() == ["first", "1", "second", "2"]
    assert run(typed="SELECT 3 AS third")[1].split() == ["third", "3"]
    code, _, err = run(str(tmp_path / "none.sql"))
    assert (code, err.strip()) == (1, f"tams: {tmp_path}/none.sql: No such file or directory")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT lable FROM flows", 'there is no column "lable", did you mean label?'),
        ("SELECT f.lable FROM flows f", 'there is no column "lable", did you mean label?'),
        ("SELECT * FROM flow", 'there is no view "flow", did you mean flows or flows_all?'),
        ("SELECT * FROM zzz", 'there is no view "zzz": there are sources, flows, segments'),
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT 'x'::INTEGER", "Could not convert string 'x' to INT32"),
        ("DELETE FROM flows", "`tams sql` only reads: it takes SELECT, not DELETE"),
        ("CREATE TABLE mine AS FROM flows", "only reads"),
        ("COPY flows TO 'flows.csv'", "only reads"),
        ("ATTACH 'other.db'", "only reads"),
        ("INSTALL httpfs", "only reads"),
        ("SET enable_external_access = true", "only reads"),
        ("SELECT * FROM read_csv('/etc/passwd')", "reads no files and no network"),
        ("SELECT * FROM read_text('/etc/passwd')", "reads no files and no network"),
        ("SELECT * FROM glob('/*')", "reads no files and no network"),
        ("SELECT * FROM 'https://files.example/x.parquet'", "reads no files and no network"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x.csv'", "takes SELECT, not COPY"),
        ("/* é */ EXPLAIN (ANALYZE) COPY (SELECT 1) TO '/tmp/x.csv'", "takes SELECT, not COPY"),
        ("EXPLAIN ANALYZE DROP VIEW flows", "takes SELECT, not DROP"),
        (
            "EXPLAIN ANALYZE CREATE OR REPLACE TEMP VIEW flows AS SELECT 1; FROM flows",
            "takes SELECT, not CREATE",
        ),
    ],
)
def test_a_fault_is_one_line(run: Run, query: str, words: str) -> None:
    code, out, err = run("-c", query)

    assert (code, out) == (1, "")
    assert err.startswith("tams: ")
    assert words in err
    assert err.count("\n") == 1


def test_files_can_be_read_if_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text(f"id\n{FLOW}\n")
    query = f"SELECT count(*) AS n FROM '{tmp_path}/ids.csv' JOIN flows USING (id)"

    assert run("-c", query, "--allow-files")[1].split() == ["n", "1"]
    assert run("-c", query)[0] == 1


def test_a_store_that_is_away_or_absent_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAMS_VAST__SCHEMA", "nothing")
    code, _, err = run("-c", "FROM flows")
    assert (code, err) == (1, "tams: there is no store in the schema 'nothing'\n")

    monkeypatch.setenv("TAMS_VAST__ENDPOINT", f"http://127.0.0.1:{a_free_port()}")
    code, _, err = run("-c", "FROM flows")
    assert code == 1
    assert err.startswith("tams: VAST did not answer")
    assert err.count("\n") == 1


def test_a_query_that_fails_leaves_no_file(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("as before")

    query = "SELECT CASE WHEN start_ns > 0 THEN 'x'::INTEGER END FROM segments"
    code, _, err = run("-c", query, "--output", str(target))

    assert (code, "Could not convert" in err) == (1, True)
    assert target.read_text() == "as before"
    assert names_in(tmp_path) == ["rows.csv"]


def all_of(terminal: int) -> str:
    """What a terminal shows until nobody writes to it any more."""
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # as Linux says that it is over
            return shown.decode()
        if not part:
            return shown.decode()
        shown += part


def test_the_shell_goes_on_after_a_fault(vast_url: str, tmp_path: Path) -> None:
    """On a terminal of its own, by the command that its user types."""
    import pty  # noqa: PLC0415 - not on every system

    master, slave = pty.openpty()
    told = {**os.environ, **environment(vast_url), "XDG_STATE_HOME": str(tmp_path), "TERM": "dumb"}
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "sql"],
        env={**told, "COLUMNS": "200"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ) as shell:
        os.close(slave)
        typed = "SELECT nix;\nSELECT count(*) AS found\nFROM segments;\n.tables\n.schema flows\n.nix\n\\q\n"
        os.write(master, typed.encode())
        out = all_of(master)
    os.close(master)

    assert shell.returncode == 0
    assert 'there is no column "nix"' in out
    assert re.search(r"found\s+30\s+1 row", out)
    assert "Segments, as `GET /flows/{flowId}/segments` lists them" in out
    assert "scan_of" not in out
    assert "Frames per second." in out
    assert "there is no command .nix" in out
    assert "FROM segments;" in (tmp_path / "tams" / "sql_history").read_text()


def test_a_reader_that_has_enough_ends_the_query(vast_url: str) -> None:
    """`tams sql … | head`."""
    query = "SELECT * FROM range(100000000)"
    with subprocess.Popen(
        [sys.executable, "-m", "sql", "-c", query, "--format", "csv"],
        env={**os.environ, **environment(vast_url)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"range\n"
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--partition", "day"), "needs --output"),
        (("--partition", "day", "-o", "x", "--format", "csv"), "writes Parquet only"),
        (("-o", "x", "--format", "table"), "a file can be csv, json or parquet"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], words: str) -> None:
    done = command("sql", "-c", "FROM flows", *arguments)

    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", " ").split())


def test_explain_analyze_writes_no_file_where_files_may_be_read(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"

    code, _, err = run("--allow-files", "-c", f"EXPLAIN ANALYZE COPY (SELECT 1) TO '{target}'")

    assert (code, "takes SELECT, not COPY" in err) == (1, True)
    assert not target.exists()


@pytest.mark.parametrize(
    "query",
    [
        "EXPLAIN SELECT 1",
        "EXPLAIN FROM flows",
        "EXPLAIN (SELECT 1)",
        "EXPLAIN ANALYZE (SELECT 1)",
        "EXPLAIN (ANALYZE) SELECT 1",
        "EXPLAIN ANALYZE WITH f AS (FROM flows) FROM f",
        "/* é */ EXPLAIN -- of all\n ANALYZE VALUES (1)",
    ],
)
def test_queries_are_explained(run: Run, query: str) -> None:
    code, out, err = run("-c", query)

    assert (code, err) == (0, "")
    assert out


def test_rows_go_to_files_only(run: Run, tmp_path: Path) -> None:
    """Root could replace a device for the whole machine."""
    folder, pipe, link = tmp_path / "folder.csv", tmp_path / "pipe.csv", tmp_path / "link.csv"
    folder.mkdir()
    os.mkfifo(pipe)
    link.symlink_to(pipe)

    for target in (folder, pipe, link):
        code, _, err = run("-c", "SELECT 1", "--output", str(target))
        assert (code, err.count("\n")) == (1, 1)
        assert f"{target} is not a file" in err
    assert names_in(tmp_path) == ["folder.csv", "link.csv", "pipe.csv"]
    assert (pipe.is_fifo(), link.is_symlink()) == (True, True)


def test_what_the_system_refuses_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("as before")

    for arguments, words in (
        (("-o", f"{file}/x.csv"), "Not a directory"),
        (("-o", str(tmp_path / f"{'x' * 300}.csv")), "File name too long"),
        (("-o", str(file), "--partition", "a"), f"{file} is a file: give a new folder"),
        (("--spill", str(tmp_path / "none")), "No such file or directory"),
    ):
        code, out, err = run("-c", "SELECT 1 AS a, 2 AS b", *arguments)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith("tams: ")
        assert words in err
    assert file.read_text() == "as before"


@pytest.mark.parametrize("format_", ["csv", "table"])
def test_a_full_disk_is_told_in_one_line(vast_url: str, format_: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sql", "-c", "SELECT * FROM range(9)", "--format", format_],
            env={**os.environ, **environment(vast_url)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, "tams: No space left on device\n")


def test_what_is_told_of_views_can_be_taken_elsewhere(run: Run) -> None:
    code, out, _ = run("-c", "DESCRIBE flows", "--format", "json")
    assert (code, json.loads(out)[0]["column_name"]) == (0, "id")

    code, out, err = run("-c", "EXPLAIN FROM flows", "--format", "csv")
    assert (code, out) == (1, "")
    assert "EXPLAIN shows a plan" in err


def test_output_takes_one_query_and_a_known_name(run: Run, tmp_path: Path) -> None:
    code, _, err = run("-c", "SELECT 1; SELECT 2", "-o", str(tmp_path / "x.csv"))
    assert (code, err) == (1, "tams: --output takes one query, but there are 2\n")
    code, _, err = run("-c", "SELECT 1", "-o", str(tmp_path / "x.xls"))
    assert code == 1
    assert "ends in .csv, .json or .parquet" in err
