"""The sweeper does what it can while a dependency is down."""

from pathlib import Path

import pytest

from functions.sweeper import app
from tams.errors import BackendUnavailableError
from tams.models.flow import parse_flow_put
from tams.models.flow_storage import FlowStoragePost
from tams.services.events.log import EventQuery
from tests.builders import a_video_flow_body
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from tests.services import services_of


def test_events_are_passed_on_though_s3_is_away(tmp_path: Path) -> None:
    with a_vast_with_tables(tmp_path) as url:
        settings = settings_for(url)
        services = services_of(
            settings.model_copy(
                update={"sweep": settings.sweep.model_copy(update={"after_seconds": 1e-6})}
            )
        )
        body = a_video_flow_body()
        services.flows.put(body["id"], parse_flow_put(body))
        asked = FlowStoragePost.from_body({"segments": [{"timerange": "[0:0_1:0)"}]})
        services.media_storage.allocate(body["id"], asked)
        assert services.event_log.page(EventQuery(limit=10)).items == []

        with pytest.raises(BackendUnavailableError, match="S3"):
            app.process(services.platform)

        assert len(services.event_log.page(EventQuery(limit=10)).items) == 2
