"""The event log reaches back one week, and continues from any page key it ever issued."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tams.errors import InvalidRequestError
from tams.models.flow import parse_flow_put
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tams.services.events.log import EventLog, EventQuery
from tests.builders import a_video_flow_body
from tests.integration.local_vast import settings_for
from tests.provisioned import a_vast_with_tables
from tests.services import Services, services_of

WEEK = timedelta(days=7)


@pytest.fixture
def vast_url(tmp_path: Path) -> Iterator[str]:
    with a_vast_with_tables(tmp_path) as url:
        yield url


@pytest.fixture
def services(vast_url: str) -> Services:
    return services_of(settings_for(vast_url))


def at(log: EventLog, moment: datetime) -> EventLog:
    return replace(log, clock=lambda: moment)


def types(log: EventLog, after: str | None = None) -> list[str]:
    found = log.page(EventQuery(limit=100, after=after))
    return [str(item["event_type"]) for _, item in found.items]


def a_flow(services: Services) -> str:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    services.flows.put(body["id"], parse_flow_put(body))
    services.event_relay.relay()
    flow_id: str = body["id"]
    return flow_id


def test_events_are_forgotten_after_a_week_and_no_sooner(services: Services) -> None:
    log, flow_id = services.event_log, a_flow(services)
    seen = log.page(EventQuery(limit=100)).next_key
    now = datetime.now(UTC)

    assert at(log, now + WEEK - timedelta(minutes=1)).expire() == 0
    assert types(log) == ["sources/created", "flows/created"]
    assert at(log, now + WEEK + timedelta(minutes=1)).expire() == 2
    assert types(log) == []

    services.flow_properties.set(flow_id, "label", "later")
    services.event_relay.relay()
    assert types(log) == types(log, seen) == ["flows/updated"]


def test_what_has_no_place_yet_is_neither_told_nor_forgotten(services: Services) -> None:
    log = services.event_log
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    services.flows.put(body["id"], parse_flow_put(body))

    assert types(log) == []
    assert at(log, datetime.now(UTC) + 2 * WEEK).expire() == 0
    services.event_relay.relay()
    assert types(log) == ["sources/created", "flows/created"]


def test_many_events_are_read_page_by_page_without_a_gap(services: Services) -> None:
    flow_id = a_flow(services)
    for number in range(700):
        services.flow_properties.set(flow_id, "label", str(number))
        if number % 90 == 0:
            services.event_relay.relay()
    services.event_relay.relay()
    log, seen, key = services.event_log, list[str](), None
    while True:
        page = log.page(EventQuery(limit=64, after=key, flow_ids=(flow_id,)))
        if not page.items:
            break
        seen += [str(item["event"]["flow"].get("label")) for _, item in page.items]
        key = page.next_key

    assert seen == ["None", *map(str, range(700))]


def test_a_new_secret_makes_void_the_keys_that_were_given(
    vast_url: str, services: Services
) -> None:
    log, connection = services.event_log, vast_connection(settings_for(vast_url))
    a_flow(services)
    services.event_relay.relay()
    key = log.page(EventQuery(limit=1)).next_key
    assert provision(connection) == []
    assert types(log, key) == ["flows/created"]

    assert provision(connection, renew_page_secret=True) == ["secret of page keys"]

    with pytest.raises(InvalidRequestError, match="page"):
        types(log, key)
    assert types(log, log.page(EventQuery(limit=1)).next_key) == ["flows/created"]
