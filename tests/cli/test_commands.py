"""What the command says: help, refusals, and errors before it contacts a server."""

from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.codecs import MPEG_TS
from cli.console import err, out
from cli.flows import flows_of, identity_of
from cli.main import app
from cli.probe import Track
from cli.tables import (
    flows_table,
    recycle_bin_table,
    retention_table,
    segments_table,
    sources_table,
)
from cli.times import to_ns
from tams.models.common import is_uuid

NOBODY = "http://127.0.0.1:1"
FLOW = "00000000-0000-4000-8000-000000000000"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_version_is_told() -> None:
    assert run("--version") == (0, "tams 0.1.0\n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, text = run("ingest", str(tmp_path / "nothing.mp4"), "--url", NOBODY)

    assert code == 1
    assert "nothing.mp4" in text
    assert "Traceback" not in text


def test_a_file_that_is_no_media_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no media at all")

    code, text = run("ingest", str(path), "--url", NOBODY)

    assert code == 1
    assert "cannot be read as media" in text
    assert "Errno" not in text
    assert "Invalid data" in text


def test_a_start_that_is_no_timestamp_is_refused(tmp_path: Path) -> None:
    code, text = run("ingest", str(tmp_path), "--start", "1.5", "--url", NOBODY)

    assert code == 2
    assert "'1.5' is not a timestamp" in text
    assert "seconds:nanoseconds" in text


@pytest.mark.parametrize("text", ["[5:0_1:0)", "(0:2_0:1]", "[0:0_-1:0)"])
def test_a_timerange_with_its_bounds_swapped_is_refused(text: str) -> None:
    code, told = run("ls", "segments", FLOW, f"--timerange={text}", "--url", NOBODY)

    assert code == 2
    assert "ends before it starts" in told


@pytest.mark.parametrize(
    ("timerange", "asked"),
    [
        ("_", f"Delete all Segments of Flow {FLOW}?"),
        ("[0:0_2:0)", f"Delete the Segments within [0:0_2:0) of Flow {FLOW}?"),
    ],
)
def test_a_deletion_asks_in_words(timerange: str, asked: str) -> None:
    _, told = run("rm", "segments", FLOW, "--timerange", timerange, "--url", NOBODY)

    assert asked in told


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        (("rm", "flow", FLOW, "--timerange", "[0:0_2:0)", "--yes"), "tams rm segments FLOW_ID"),
        (("ls", "flows", "--timerange", "[0:0_2:0)"), "tams ls segments FLOW_ID"),
        (("ls", "sources", FLOW), "tams ls segments FLOW_ID"),
    ],
)
def test_what_a_kind_does_not_take_is_refused_before_anything_happens(
    arguments: tuple[str, ...], right: str
) -> None:
    code, text = run(*arguments, "--url", NOBODY)

    assert code == 2
    assert right in text


def test_a_wrong_choice_is_told_without_words_of_a_library() -> None:
    code, text = run("ls", "sorces")

    assert code == 2
    assert "Invalid value for 'KIND': 'sorces' is not one of 'sources'" in text


@pytest.mark.parametrize("name", ["clip.xyz", "clip"])
def test_an_export_to_no_type_of_file_is_refused_before_the_server_is_asked(
    tmp_path: Path, name: str
) -> None:
    code, text = run("export", FLOW, str(tmp_path / name), "--url", NOBODY)

    assert code == 1
    assert f"the suffix of {tmp_path / name} is not that of a media file: try clip.mp4" in text
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("channels", "shown"), [(1, "1 channel"), (2, "2 channels")])
def test_channels_are_counted_in_english(channels: int, shown: str) -> None:
    essence = {"sample_rate": 48_000, "channels": channels}
    flow = {"id": FLOW, "format": "urn:x-nmos:format:audio", "essence_parameters": essence}
    (cell,) = flows_table([flow]).columns[4].cells

    assert str(cell) == f"48000 Hz, {shown}"


def test_segments_need_a_flow() -> None:
    code, text = run("ls", "segments", "--url", NOBODY)

    assert code == 2
    assert "tams ls segments FLOW_ID" in text


@pytest.mark.parametrize(
    ("seconds", "ns"),
    [
        (Fraction(1001, 30000), 33_366_667),
        (Fraction(-1001, 30000), -33_366_667),
        (Fraction(1, 3), 333_333_333),
        (Fraction(3, 2 * 10**9), 2),
        (Fraction(0), 0),
    ],
)
def test_a_time_is_rounded_once_to_the_nearest_nanosecond(seconds: Fraction, ns: int) -> None:
    assert to_ns(seconds) == ns


def test_ids_come_from_content_and_options() -> None:
    track = Track(0, "audio", "aac", "audio/aac", {}, None, None, MPEG_TS)

    identity = identity_of("digest", 2.0, 0)
    flows = flows_of([track, track], identity)

    assert identity == identity_of("digest", 2.0, 0)
    assert identity not in {identity_of("digest", 2.0, 1), identity_of("other", 2.0, 0)}
    assert [flow.role for flow in flows] == ["audio", "audio 2"]
    assert len({flow.flow_id for flow in flows} | {flow.source_id for flow in flows}) == 4
    assert all(is_uuid(flow.flow_id) for flow in flows)


OTHERS_WROTE = ["[/x]", "[red]", "[link=x]", ":smile:", "a\\[b", "[0:0_1:0)"]


@pytest.mark.parametrize("text", OTHERS_WROTE)
def test_what_others_wrote_is_shown_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    known = {"id": FLOW, "source_id": FLOW, "flow_id": FLOW, "format": "multi", "label": text}
    times = {"deleted_at": "", "kept_until": "", "kind": "flow", "deleted_by": text}
    kept = {"retention": text, "from_source": False, "segment_count": 0, "goes": "flow"}
    segment = {"timerange": "_", "object_id": text, "tags": {text: text}}
    for table, times_shown in (
        (sources_table([{**known, "source_collection": [{"id": FLOW, "role": text}]}]), 2),
        (flows_table([{**known, "codec": text}]), 2),
        (recycle_bin_table([known | times]), 2),
        (retention_table([known | kept]), 2),
        (segments_table([segment]), 3),
    ):
        out.print(table)
        assert capsys.readouterr().out.count(text) == times_shown


@pytest.mark.parametrize("control", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\r", "\x7f"])
def test_what_others_wrote_cannot_command_the_terminal(
    control: str, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = {"id": FLOW, "format": "multi", "label": f"one{control}two"}
    out.print(flows_table([flow]))
    err.print(f"no Flow is called one{control}two", markup=False)

    shown = "".join(capsys.readouterr())
    assert shown.replace("\n", "").isprintable()
    assert shown.count("one\ufffd" if control != "\r" else "onetwo") == 2
