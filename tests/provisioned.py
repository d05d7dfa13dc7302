"""The tables of a new store, provisioned once in a process, then copied at a hundredth of the cost."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from local.private import private_files
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import a_local_vast, settings_for
from vastlocal.http.server import serving
from vastlocal.settings import Settings


def add_tables(data: Path) -> None:
    """Makes `data` the folder of a local VAST with every table in its schema `tams`."""
    with private_files():
        shutil.copytree(_made(), data, dirs_exist_ok=True)


@contextmanager
def a_vast_with_tables(data: Path, *, conflicts: str = "strict") -> Iterator[str]:
    """The URL of a vastlocal that runs as long as the block, in a process of its own."""
    add_tables(data)
    with a_local_vast(data, conflicts=conflicts) as url:
        yield url


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tams-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with serving(Settings(folder, "K", "S", ("tams",), port=0)) as url:
        provision(vast_connection(settings_for(url)))
    return folder
