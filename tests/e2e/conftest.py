from collections.abc import Iterator

import pytest

from local.stack import Stack
from tests.stacks import UNHURRIED


@pytest.fixture(scope="package")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that these tests may stop, start and kill. Each leaves it running."""
    with Stack(tmp_path_factory.mktemp("own"), env=UNHURRIED) as running:
        yield running
