from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack
from tests.e2e.media import MANY, make_media
from tests.stacks import UNHURRIED


@pytest.fixture(scope="package")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that these tests may stop, start and kill. Each leaves it running."""
    with Stack(tmp_path_factory.mktemp("own"), env=UNHURRIED) as running:
        yield running


@pytest.fixture(scope="package")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Media of 120 short Segments. Ingested from one start it is one set of Flows, so take another."""
    return make_media(MANY, tmp_path_factory.mktemp("many") / "many.mp4")
