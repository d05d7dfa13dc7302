"""The fuzzer has its own stack, to fill with anything it likes."""

from collections.abc import Iterator

import pytest

from local.stack import Stack
from tests.stacks import UNHURRIED, new_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {
        **UNHURRIED,
        "TAMS_DELETION__AT_ONCE_SEGMENTS": "3",
        "TAMS_WEBHOOKS__ALLOWED_NETWORKS": "[]",
    }
    with new_stack(tmp_path_factory.mktemp("fuzz"), workers=1, env=env) as running:
        yield running
