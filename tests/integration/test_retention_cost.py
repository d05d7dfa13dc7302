"""What a sweep of retention costs: rows looked at, however many Flows there are of which nothing is due."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tams.models.flow import parse_flow_put
from tams.models.retention import LOOK_US
from tams.ports import Repositories
from tams.services.retention.sweep import RetentionService
from tams.settings import Settings
from tams.settings.behaviour import RetentionSettings
from tests.builders import a_video_flow_body
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from tests.services import Services, services_of
from vastlocal.control import Control

FEW, MANY = 20, 200


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with a_vast_with_tables(tmp_path) as url:
        made = settings_for(url)
        yield made.model_copy(update={"retention": RetentionSettings(enabled=True)})


def add_flows(services: Services, count: int, **fields: Any) -> list[str]:
    """Flows of one Source."""
    source_id, ids = str(uuid4()), [str(uuid4()) for _ in range(count)]
    for flow_id in ids:
        body = a_video_flow_body(id=flow_id, source_id=source_id, **fields)
        services.flows.put(flow_id, parse_flow_put(body))
    return ids


def test_a_sweep_does_not_look_at_flows_of_which_nothing_is_due(settings: Settings) -> None:
    services = services_of(settings)
    sweeper = RetentionService.of(services.platform)
    control = Control(settings.vast.endpoint, "K", "S")

    def swept() -> tuple[int, int]:
        """How many rows were read, and how many requests it took."""
        control.reset()
        assert sweeper.sweep() == 0
        counted = control.counters()
        return sum(counted.rows_read.values()), counted.total_requests

    day = (services.platform.clock() + timedelta(days=2)).date().isoformat()
    add_flows(services, FEW, tags={"retention": "P30D"})
    add_flows(services, FEW)
    swept()
    few = swept()
    add_flows(services, MANY)
    due_once = add_flows(services, FEW, tags={"retention": day})
    looked = swept()
    many = swept()

    assert many[0] == few[0], "rows of Flows that are not due"
    assert abs(many[1] - few[1]) <= 2, "a commit may be counted late"
    assert looked[0] <= many[0] + 10 * FEW, "only those that are new"

    def mark(repositories: Repositories) -> None:
        for flow_id in due_once[:3]:
            stored = repositories.flows.get(flow_id)
            repositories.flows.save_look(stored, LOOK_US)

    services.store.write(mark)
    assert few[0] < swept()[0] <= few[0] + 10 * 3
