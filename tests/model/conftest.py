from collections.abc import Iterator

import pytest

from local.stack import Stack
from tests.stacks import UNHURRIED, new_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with new_stack(tmp_path_factory.mktemp("model"), workers=1, env=UNHURRIED) as running:
        yield running
