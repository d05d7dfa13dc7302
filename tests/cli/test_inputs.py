"""What can be ingested: files, folders, patterns, addresses, standard input, and what appears in a folder."""

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from cli.inputs import files_in, inputs_of, is_partial
from cli.main import app
from local.stack import Stack
from tests.cli.command import flow, tams
from tests.cli.made_media import make
from tests.cli.test_failures import TAMS, clean
from tests.waiting import until


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two whole files, one that is cut off, one of a codec that is refused, and three that are no media."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "sub").mkdir()
    make(folder / "take 10.wav", audio="pcm_s16le", seconds=1)
    make(folder / "sub" / "take 2.wav", audio="pcm_s16le", seconds=1)
    whole = make(folder / "x.flac", audio="flac", seconds=4).read_bytes()
    (folder / "x.flac").unlink()
    (folder / "cut.flac").write_bytes(whole[: len(whole) // 3])
    make(folder / "old.wma", audio="wmav2", seconds=1)
    (folder / "notes.txt").write_text("no media")
    (folder / "noise.xyz").write_bytes(bytes(range(256)) * 40)
    (folder / "empty.mp4").touch()
    (folder / ".hidden.wav").write_bytes(b"RIFF")
    return folder


def many(stack: Stack, *arguments: str, code: int) -> dict[str, Any]:
    output = tams(stack, "ingest", *arguments, "--json", code=code)
    found: dict[str, Any] = json.loads(output[output.index("{") : output.rindex("}") + 1])
    return found


def test_a_folder_is_ingested_in_order_and_summed_up(stack: Stack, folder: Path) -> None:
    found = many(stack, str(folder), code=1)

    names = [(Path(each["file"]).name, each["result"]) for each in found["files"]]
    assert names == [
        ("cut.flac", "part"),
        ("empty.mp4", "refused"),
        ("old.wma", "refused"),
        ("take 2.wav", "whole"),
        ("take 10.wav", "whole"),
    ]
    assert [found[each] for each in ("whole", "part", "refused", "failed")] == [2, 1, 2, 0]
    assert {Path(each).name for each in found["left_out"]} == {"notes.txt", "noise.xyz"}
    assert "is empty" in found["files"][1]["reason"]
    assert "coded as wmav2" in found["files"][2]["reason"]
    for each in (found["files"][0], *found["files"][3:]):
        assert flow(stack, each["multi_flow_id"])["status"] == "closed_complete"
    text = tams(stack, "ingest", str(folder), code=1)
    assert "2 whole, 1 part, 2 refused" in text
    assert "left out 2 files that are not media: " in text


def test_a_pattern_takes_what_it_matches(stack: Stack, folder: Path) -> None:
    found = many(stack, f"{folder}/**/take*", code=0)

    assert [Path(each["file"]).name for each in found["files"]] == ["take 2.wav", "take 10.wav"]
    assert "no file matches" in tams(stack, "ingest", f"{folder}/*.mxf", code=1)
    damaged = many(stack, f"{folder}/take*", f"{folder}/cut.flac", code=3)
    assert damaged["part"] == 1


def test_one_that_is_missing_does_not_stop_the_others(stack: Stack, folder: Path) -> None:
    found = many(stack, str(folder / "nothing.wav"), str(folder / "take 10.wav"), code=1)

    assert [each["result"] for each in found["files"]] == ["refused", "whole"]
    assert "does not exist" in found["files"][0]["reason"]


def test_standard_input_is_one_file(stack: Stack, folder: Path) -> None:
    content = (folder / "take 10.wav").read_bytes()
    arguments = ["ingest", "-", "--again", "--label", "piped", "--json", "--url", stack.api_url]

    result = CliRunner().invoke(app, arguments, input=content)

    assert result.exit_code == 0, result.output
    outcome = json.loads(result.stdout)
    assert flow(stack, outcome["multi_flow_id"])["label"] == "piped"
    refused = CliRunner().invoke(app, ["ingest", "-", "--url", stack.api_url], input=b"no media")
    assert refused.exit_code == 1
    assert "standard input cannot be read as media" in refused.stderr


class _Breaking(http.server.SimpleHTTPRequestHandler):
    """Ends its first answer in the middle, and goes on from any byte."""

    broken: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content, begin = path.read_bytes(), 0
        if wanted := self.headers.get("Range"):
            begin = int(wanted.removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if wanted else 200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        rest = content[begin:]
        if self.path not in self.broken:
            self.broken.add(self.path)
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    handler = partial(_Breaking, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_address_is_downloaded_even_if_the_connection_breaks(stack: Stack, folder: Path) -> None:
    with serving(folder) as url:
        arguments = ("--again", "--json")
        output = tams(stack, "ingest", f"{url}/take%2010.wav", *arguments)
        missing = tams(stack, "ingest", f"{url}/nothing.mp4", code=1)
        text = tams(stack, "ingest", f"{url}/notes.txt", code=1)

    outcome = json.loads(output)
    assert flow(stack, outcome["multi_flow_id"])["label"] == "take 10.wav"
    assert f"{url}/nothing.mp4 cannot be downloaded: 404" in missing
    assert f"{url}/notes.txt cannot be read as media" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give files to ingest, or --watch FOLDER"),
        (("a.mp4", "--watch", "{}"), "give files to ingest, or --watch FOLDER"),
        (("a.mp4", "b.mp4", "--label", "x"), "only one file can have it"),
        (("-", "-"), "standard input can be read only once"),
        (("--watch", "{}/nothing"), "does not exist"),
    ],
)
def test_what_makes_no_sense_together_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    given = [each.format(tmp_path) for each in arguments]
    result = CliRunner(env={"COLUMNS": "250"}).invoke(
        app, ["ingest", *given, "--url", "127.0.0.1:1"]
    )

    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize(
    "name", [".clip.mp4.Xy12Ab", "clip.mp4.part", "in.clip.mp4.", "clip.mov.filepart", "~clip.mp4"]
)
def test_a_file_that_is_being_uploaded_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    assert is_partial(name)
    assert list(files_in(tmp_path)) == []


def test_a_file_that_is_named_twice_is_one_input(tmp_path: Path) -> None:
    path = tmp_path / "[a].mp4"
    path.write_bytes(b"x")

    assert [each.path for each in inputs_of([str(path), str(path)]).items] == [path]


@contextmanager
def watching(stack: Stack, folder: Path) -> Iterator[Any]:
    command = [TAMS, "ingest", "--watch", str(folder), "--settle-seconds", "0.5", "--json"]
    with subprocess.Popen(
        [*command, "--url", stack.api_url], stdout=subprocess.PIPE, text=True, env=clean({})
    ) as running:
        lines: list[dict[str, Any]] = []
        assert running.stdout is not None
        stdout = running.stdout
        reader = threading.Thread(target=lambda: lines.extend(map(json.loads, stdout)))
        reader.start()
        try:
            yield lines
            running.send_signal(signal.SIGINT)
            assert running.wait() == 0
        finally:
            running.kill()
            reader.join()


def test_what_appears_in_a_folder_is_ingested_once_complete_and_once_only(
    stack: Stack, folder: Path, tmp_path: Path
) -> None:
    watched = tmp_path / "watched"
    watched.mkdir()
    first = make(tmp_path / "first.wav", audio="pcm_s16le", seconds=1)
    second = make(tmp_path / "second.wav", audio="pcm_s16le", seconds=1)
    shutil.copy(first, watched / "first.wav")
    shutil.copy(second, watched / ".second.wav.Xy12Ab")
    (watched / "notes.txt").write_text("no media")

    with watching(stack, watched) as lines:
        until(lambda: len(lines) == 1)
        (watched / ".second.wav.Xy12Ab").rename(watched / "second.wav")
        until(lambda: len(lines) == 2)
    with watching(stack, watched) as again:
        until(lambda: len(again) == 2)

    assert [Path(each["file"]).name for each in lines] == ["first.wav", "second.wav"]
    assert [each["result"] for each in lines] == ["whole", "whole"]
    assert all(each["registered"] for each in lines)
    assert all(each["was_complete"] for each in again)


def test_python_knows_the_command(stack: Stack) -> None:
    """The process of an ingest starts from whatever runs the command."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "ingest", os.devnull, "--url", stack.api_url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is not a file" in done.stderr
