"""A server in a thread: it runs for its block, and leaves nothing behind."""

import sys
import threading
from pathlib import Path

import pytest

from vastlocal.control import Control, ControlError
from vastlocal.http.server import serving
from vastlocal.settings import Settings


def test_it_answers_within_its_block_and_ends_with_it(tmp_path: Path) -> None:
    before, interval = set(threading.enumerate()), sys.getswitchinterval()
    settings = Settings(tmp_path, "K", "S", ("tams",), port=0)

    with serving(settings) as url:
        assert Control(url, "K", "S").health().buckets == ("tams",)

    with pytest.raises(ControlError):
        Control(url, "K", "S").health()
    assert set(threading.enumerate()) <= before
    assert sys.getswitchinterval() == interval
