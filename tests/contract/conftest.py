"""The contract tests have a stack of their own, with three storage backends to tell apart."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.api.maker import Maker

ARCHIVE = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"
AT_ONCE_SEGMENTS = 20
"""More Segments than these are deleted in the background: 202."""

UNLABELLED = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a02"


@dataclass(frozen=True)
class Backends:
    """Ids of the storage backends: `local` is the default one, `unlabelled` has no tags either."""

    local: str
    archive: str = ARCHIVE
    unlabelled: str = UNLABELLED


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("contract")
    with Stack(data, keep_going=True) as first:
        (local,) = json.loads(first.settings_env()["TAMS_STORAGE_BACKENDS"])
        ports = first.config.ports
    described: list[dict[str, Any]] = [
        {"tags": {"tier": "hot", "site": ["london", "salford"]}},
        {"id": ARCHIVE, "label": "archive", "bucket": "archive", "tags": {"tier": "cold"}},
        {"id": UNLABELLED, "label": None, "bucket": "unlabelled", "tags": {}},
    ]
    backends = [{**local, "default_storage": not at, **each} for at, each in enumerate(described)]
    for backend in backends:
        (data / "s3" / backend["bucket"] / "media").mkdir(parents=True, exist_ok=True)
    env = {
        "TAMS_STORAGE_BACKENDS": json.dumps(backends),
        "TAMS_DELETION__AT_ONCE_SEGMENTS": str(AT_ONCE_SEGMENTS),
        "TAMS_DELETION__STEP_SEGMENTS": "10",
    }
    with Stack(data, ports=ports, keep_going=True, env=env) as running:
        yield running


@pytest.fixture(scope="session")
def backends(stack: Stack) -> Backends:
    listed = httpx.get(f"{stack.api_url}/service/storage-backends").json()
    return Backends(next(each["id"] for each in listed if each.get("default_storage")))


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)
