"""A stack of the small functions in fixtures/: everything except VAST, which they do not need."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.stack import Stack

FIXTURES = Path(__file__).parent / "fixtures"
TEMPLATE = FIXTURES / "template.yaml"
WITHOUT_VAST = ("s3", "queue", "gateway", "poller")


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the functions note what they were called with."""
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="package")
def small_stack(tmp_path_factory: pytest.TempPathFactory, notes: Path) -> Iterator[Stack]:
    stack = Stack(
        tmp_path_factory.mktemp("small"),
        template=TEMPLATE,
        only=WITHOUT_VAST,
        env={"FIXTURE_DIR": str(notes)},
    )
    with stack:
        yield stack


@pytest.fixture
def gateway(small_stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small_stack.api_url, timeout=120) as client:
        yield client
