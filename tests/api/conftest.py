import httpx
import pytest

from tests.api.maker import Maker


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)
