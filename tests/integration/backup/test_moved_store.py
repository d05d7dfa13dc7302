"""A store that was moved as files answers everything as before: `tams admin export` and `import`."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from backup.exporting import export_store
from backup.importing import import_store
from local.stack import Stack
from tams.runtime.clock import utc_now
from tams.runtime.vast import vast_connection
from tams.settings import Settings
from tests.integration.backup.answers import answers_of, fill
from tests.integration.backup.stores import silent
from tests.services import services_on
from tests.stacks import UNHURRIED

ENV = {
    **UNHURRIED,
    "TAMS_RECYCLE_BIN__KEPT_SECONDS": str(7 * 86_400),
    "TAMS_DELETION__AT_ONCE_SEGMENTS": "2",
}
WITHOUT_WORKERS = ("vast", "s3", "queue", "gateway")
"""So nothing changes between two looks. What waits to be done is moved like everything else."""


def test_a_moved_store_answers_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, folder = tmp_path / "data", tmp_path / "export"
    with Stack(data, env=ENV, only=WITHOUT_WORKERS) as first:
        with httpx.Client(base_url=first.api_url, timeout=120) as api:
            fill(api)
            services_on(first, monkeypatch).event_relay.relay()
            old = vast_connection(Settings())
            before = answers_of(api)
        export_store(old, folder, silent(), utc_now())
        import_store(replace(old, schema="moved"), folder, silent())
        ports = first.config.ports

    moved = {**ENV, "TAMS_VAST__SCHEMA": "moved"}
    second = Stack(data, ports=ports, env=moved, only=WITHOUT_WORKERS, provision=False)
    with second, httpx.Client(base_url=second.api_url, timeout=120) as api:
        after = answers_of(api)

    assert sum(status == 200 for status, _, _ in before.values()) > 150
    assert {url: after.get(url) for url in before} == before
