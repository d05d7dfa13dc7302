"""The local stack as a user sees it: one block of addresses, an access log, and a clean exit."""

import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

ANY_PORTS = {"PORT": "0", "TAMS_VAST_PORT": "0", "TAMS_S3_PORT": "0", "TAMS_QUEUE_PORT": "0"}


def check_tams_finds_it(banner: str, elsewhere: Path) -> None:
    """With the variables of the banner alone, from any folder."""
    shown = re.search(r"tams +finds it with (.+)", banner)
    assert shown, banner
    variables = dict(each.split("=", 1) for each in shlex.split(shown[1]))
    for arguments in (["ls"], ["admin", "queues"]):
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            env={**os.environ, **variables},
            cwd=elsewhere,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_it_says_where_it_is_logs_requests_without_secrets_and_ends_on_ctrl_c(
    tmp_path: Path,
) -> None:
    environment = os.environ | ANY_PORTS | {"TAMS_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "local"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running,
        ExitStack() as end,
    ):
        end.callback(running.kill)  # or a failed assertion would wait for it for ever
        assert running.stdout is not None
        banner = ""
        while "Ctrl-C" not in banner:
            line = running.stdout.readline()
            assert line, banner
            banner += line
        found = re.search(r"API +(http://\S+)", banner)
        assert found, banner
        for word in ("docs", "S3", "VAST", "open"):
            assert word in banner

        assert httpx.get(f"{found[1]}/flows?limit=1&access_token=secret").status_code == 200
        logged = running.stdout.readline()
        while "TIMER" in logged or "QUEUE" in logged:  # work in the background
            logged = running.stdout.readline()
        assert "GET" in logged
        assert "/flows?limit=1" in logged
        assert "200" in logged
        assert "secret" not in logged

        check_tams_finds_it(banner, tmp_path)

        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=120) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(found[1])
