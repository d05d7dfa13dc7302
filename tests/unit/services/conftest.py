from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.in_process import Platform, a_vast_in_process
from tests.unit.services.world import World


@pytest.fixture(scope="session")
def shared_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        yield Platform(url)


@pytest.fixture
def platform(shared_platform: Platform) -> Platform:
    """On the VAST that other tests use too, so with ids of one's own."""
    return shared_platform.another()


@pytest.fixture
def world(platform: Platform) -> World:
    return World(platform)


@pytest.fixture
def fresh_world(tmp_path: Path) -> Iterator[World]:
    """On a VAST of its own, for what concerns all there is in one."""
    with a_vast_in_process(tmp_path) as url:
        yield World(Platform(url))
