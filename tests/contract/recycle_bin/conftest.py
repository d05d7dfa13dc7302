from collections.abc import Iterator

import httpx
import pytest

from local.stack import Stack
from tests.maker import Maker
from tests.official_contract import OfficialContract
from tests.stacks import UNHURRIED, new_stack


@pytest.fixture(scope="package")
def binned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {**UNHURRIED, "TAMS_RECYCLE_BIN__KEPT_SECONDS": str(7 * 86_400)}
    with new_stack(tmp_path_factory.mktemp("binned"), workers=1, env=env, schedule_seconds=1) as it:
        yield it


@pytest.fixture
def bin_api(binned: Stack, judge: OfficialContract | None) -> Iterator[httpx.Client]:
    """Answers of the specification's own operations are held against its OpenAPI file, with a bin too."""

    def check(response: httpx.Response) -> None:
        if judge is not None:
            response.read()
            judge.check(response)

    with httpx.Client(base_url=binned.api_url, event_hooks={"response": [check]}) as client:
        yield client


@pytest.fixture
def bin_make(bin_api: httpx.Client) -> Maker:
    return Maker(bin_api)
