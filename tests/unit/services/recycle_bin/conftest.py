"""A world whose recycle bin keeps what is deleted for a week."""

import pytest

from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    return world
