"""Finds the process that listens on a port, for the person who has to act on it."""

import contextlib
import os
from typing import Any

import psutil

_COMMAND_LETTERS_MAX = 120


def holder(port: int) -> str:
    """`process 123: its command`, as far as this user may know; otherwise empty."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(_listens(each, port) for each in process.net_connections("tcp")):
                command = " ".join(process.cmdline())[:_COMMAND_LETTERS_MAX]
                mine = " (this one)" if process.pid == os.getpid() else ""
                return f"process {process.pid}{mine}: {command}"
    return ""


def _listens(connection: Any, port: int) -> bool:
    return bool(connection.status == psutil.CONN_LISTEN and connection.laddr.port == port)
