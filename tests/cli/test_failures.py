"""What `tams` says when something is wrong: one line, with what to do, from the installed command."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import pytest
from botocore.exceptions import ClientError, NoRegionError

from cli.client import Client
from cli.errors import CommandError, one_line
from local.stack import Stack
from tests.access.site import Page, Site, site
from tests.cli.command import command

TAMS = str(Path(sys.executable).with_name("tams"))
NO_ID = "00000000-0000-4000-8000-000000000000"


def tams(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TAMS, *arguments], capture_output=True, text=True, check=False, env=clean(environment)
    )


def clean(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAMS_")}
    return {**kept, **more}


def line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed command prints."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    (text,) = done.stderr.splitlines()
    assert text.startswith("tams: ")
    return text


def refused(*arguments: str, **environment: str) -> str:
    """The same in this process, which starts nothing and so takes a moment only."""
    return line(command(*arguments, **environment))


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as it:
        yield it


def problem(status: int, summary: str) -> Page:
    return Page(json.dumps({"type": "X", "summary": summary}).encode(), status)


@pytest.mark.parametrize(
    "arguments",
    [("--url", "{}", "ls"), ("ls", "--url", "{}"), ("--url", "http://x", "ls", "--url", "{}")],
)
def test_the_address_stands_before_or_after_the_command(
    stack: Stack, arguments: tuple[str, ...]
) -> None:
    url = stack.api_url.removeprefix("http://")
    done = tams(*(each.format(url) for each in arguments), TAMS_URL="http://127.0.0.1:1")

    assert done.returncode == 0, done.stderr


def test_the_address_is_taken_from_the_environment(stack: Stack) -> None:
    assert tams("ls", TAMS_URL=stack.api_url).returncode == 0


def test_a_server_that_is_not_there_is_named_with_how_to_start_one() -> None:
    told = refused("ls", "--url", "127.0.0.1:1")

    assert "http://127.0.0.1:1 does not answer (Connection refused)" in told
    assert "`make run`" in told


def test_another_web_site_is_not_taken_for_a_tams_api(server: Site, tmp_path: Path) -> None:
    html = {"Content-Type": "text/html; charset=utf-8"}
    server.pages["/flows"] = Page(b"<html>hello</html>", 200, html)
    server.pages["/flows/" + NO_ID] = Page(b"<html>not found</html>", 404, html)

    listed = refused("ls", "--url", server.url)
    exported = refused("export", NO_ID, str(tmp_path / "x.mp4"), "--url", server.url)

    for told, status in ((listed, 200), (exported, 404)):
        assert f"{server.url} is not a TAMS API" in told
        assert f"{status} and text/html" in told
        assert "--url (TAMS_URL)" in told


def test_a_server_without_the_method_is_no_tams_api(server: Site) -> None:
    server.pages["/flows"] = Page(b"<html>Unsupported</html>", 501, {"Content-Type": "text/html"})

    assert f"{server.url} is not a TAMS API" in refused("ls", "--url", server.url)


def test_a_404_names_the_server_that_was_asked(server: Site) -> None:
    server.pages["/base/flows"] = problem(404, "nothing is at /base/flows")

    told = refused("ls", "--url", f"{server.url}/base")

    assert "failed with 404: nothing is at /base/flows" in told
    assert f"{server.url}/base (--url or TAMS_URL)" in told


@pytest.mark.parametrize("body", [b'{"message":"Not Found"}', b"[]", b""])
def test_a_path_where_no_api_is_is_told(server: Site, body: bytes) -> None:
    server.pages["/base/flows"] = Page(body, 404)

    assert "is not a TAMS API" in refused("ls", "--url", f"{server.url}/base")


def test_a_redirect_is_told_with_its_target(server: Site) -> None:
    server.pages["/flows"] = Page(b"", 301, {"Location": "https://tams.example.com/flows"})

    assert "redirects to https://tams.example.com/flows" in refused("ls", "--url", server.url)


def test_https_where_there_is_none_says_so(server: Site) -> None:
    told = refused("ls", "--url", server.url.replace("http", "https"))

    assert f"give --url {server.url}" in told


def test_a_refusal_is_told_in_the_servers_words(server: Site) -> None:
    server.pages["/flows"] = problem(403, "the caller lacks [this] scope")

    assert "failed with 403: the caller lacks [this] scope" in refused("ls", "--url", server.url)


def test_the_token_follows_no_link_to_another_server(server: Site) -> None:
    with site() as other:
        server.pages["/flows"] = Page(b"[]", headers={"Link": f'<{other.url}/flows>; rel="next"'})

        told = refused("ls", "flows", "--url", server.url, "--token", "secret")

    assert "TAMS_PUBLIC_URL" in told
    assert other.asked == []


@pytest.mark.parametrize("place", ["missing/x.mp4", "noise.mp4"])
def test_a_file_that_cannot_be_read_is_told_without_error_numbers(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 64)

    told = refused("ingest", str(tmp_path / place), "--url", "http://127.0.0.1:1")

    assert place in told
    assert "Errno" not in told


def test_ctrl_c_is_one_line_and_130() -> None:
    """While a server that took the request does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        asking = [TAMS, "ls", "--url", f"127.0.0.1:{port}"]
        with subprocess.Popen(
            asking, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean({})
        ) as running:
            connection, _ = silent.accept()
            with connection:
                connection.recv(100)
                running.send_signal(signal.SIGINT)
                out, err = running.communicate()

    assert running.returncode == 130
    assert (out, err) == ("", "tams: interrupted\n")


def test_a_client_that_is_stopped_begins_nothing(server: Site) -> None:
    with Client(server.url) as client:
        client.stop()
        with pytest.raises(CommandError, match="interrupted"):
            client.get("/flows")
    assert server.asked == []


def test_a_reader_that_has_gone_is_no_failure_worth_words(stack: Stack) -> None:
    with subprocess.Popen(
        [TAMS, "ls", "--json", "--url", stack.api_url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean({}),
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()


def test_a_bug_is_one_line_too_and_a_traceback_when_asked_for(tmp_path: Path) -> None:
    """A data folder whose keys have the wrong type, which nothing expects."""
    (tmp_path / "credentials.json").write_text('{"aws": []}')
    arguments = ("admin", "sweep", "--data", str(tmp_path))

    told = refused(*arguments)
    assert "unexpected TypeError" in told
    assert "TAMS_DEBUG=1" in told

    assert "Traceback" in tams(*arguments, TAMS_DEBUG="1").stderr


def test_errors_of_libraries_become_one_clear_line(tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(b"no media at all")
    with pytest.raises(av.error.FFmpegError) as of_av:
        av.open(str(noise))
    with pytest.raises(FileNotFoundError) as of_the_system:
        (tmp_path / "nothing").read_bytes()
    not_ours: Any = {"Error": {"Code": "AccessDenied", "Message": "not yours"}}

    assert one_line(of_av.value) == f"{noise}: Invalid data found when processing input"
    assert one_line(of_the_system.value) == f"{tmp_path / 'nothing'}: No such file or directory"
    assert one_line(CommandError(f"x: {of_av.value}")).startswith("x: Invalid data found")
    assert "not yours" in one_line(ClientError(not_ours, "ListQueues"))
    assert "AWS_REGION" in one_line(NoRegionError())
    assert "\n" not in one_line(ValueError("two\nlines"))
