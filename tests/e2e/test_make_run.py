"""The local stack as a person meets it: one block of addresses, an access log, and a clean end."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ANY_PORTS = {"PORT": "0", "TAMS_VAST_PORT": "0", "TAMS_S3_PORT": "0", "TAMS_QUEUE_PORT": "0"}


def test_it_says_where_it_is_logs_requests_without_secrets_and_ends_on_ctrl_c(
    tmp_path: Path,
) -> None:
    environment = os.environ | ANY_PORTS | {"TAMS_DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen(
        [sys.executable, "-m", "local"], stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
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

        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=120) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(found[1])
