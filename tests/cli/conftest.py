"""For tests of the command that change what an ingest does."""

from multiprocessing import get_context

import pytest


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of an ingest inherits what the test has changed in its own."""
    monkeypatch.setattr("cli.apart._CONTEXT", get_context("fork"))
