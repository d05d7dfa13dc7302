"""A webhook's secret and its filters, and the envelopes of events."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tams.errors import InvalidRequestError
from tams.models.event import EventType, SegmentsAdded, SegmentsAddedContent, parse_event
from tams.models.filters import UrlFilter
from tams.models.flow_segment import FlowSegment
from tams.models.webhook import Webhook, WebhookGet, WebhookPost, WebhookStatus
from tams.timing import TimeRange
from tests.official_schemas import OfficialSchemas

ID = "3b241101-e2bb-4255-8caf-4136c566a962"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "Bearer hush"


def a_webhook() -> Webhook:
    return Webhook(
        id=ID,
        url="https://hook.example.com",
        events=(EventType.FLOW_CREATED,),
        api_key_name="Authorization",
        api_key_value=SECRET,
        status=WebhookStatus.STARTED,
    )


def test_a_webhook_is_shown_without_its_secret() -> None:
    shown = a_webhook().shown()

    assert type(shown) is WebhookGet
    assert SECRET not in str(shown.to_json())
    assert shown.api_key_name == "Authorization"
    assert SECRET not in repr(a_webhook())
    assert a_webhook().to_json()["api_key_value"] == SECRET


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "ftp://hook.example.com"),
        ("url", "hook.example.com"),
        ("url", "https://"),
        ("api_key_name", "X-Key: a\r\nX-Other"),
        ("api_key_name", ""),
        ("api_key_name", "Content-Length"),
        ("api_key_name", "transfer-encoding"),
        ("api_key_name", "HOST"),
        ("api_key_name", "Connection"),
        ("api_key_name", "Expect"),
        ("api_key_name", "content-type"),
        ("api_key_name", "x-tams-event-id"),
        ("api_key_value", "a\r\nX-Other: b"),
        ("status", "started"),
        ("status", "error"),
        ("events", ["flows/renamed"]),
    ],
)
def test_a_webhook_that_no_request_could_serve_is_refused(name: str, value: object) -> None:
    body = {"url": "https://hook.example.com", "events": []}

    assert WebhookPost.from_body(body).status is WebhookStatus.CREATED
    with pytest.raises(InvalidRequestError, match=name):
        WebhookPost.from_body(body | {name: value})


def test_an_empty_list_of_labels_means_no_urls_and_of_backends_any() -> None:
    webhook = a_webhook().model_copy(update={"accept_get_urls": (), "accept_storage_ids": ()})

    assert webhook.url_filter == UrlFilter(accept_get_urls=(), accept_storage_ids=None)


FLOW = {"id": ID, "source_id": ID, "format": "urn:x-nmos:format:multi"}
SOURCE = {"id": ID, "format": "urn:x-nmos:format:multi"}
SEGMENT = {"object_id": "a", "timerange": "[0:0_1:0)"}


@pytest.mark.parametrize(
    ("event_type", "content"),
    [
        ("flows/created", {"flow": FLOW}),
        ("flows/updated", {"flow": FLOW}),
        ("flows/deleted", {"flow_id": ID}),
        ("flows/segments_added", {"flow_id": ID, "segments": [SEGMENT]}),
        ("flows/segments_deleted", {"flow_id": ID, "timerange": "[0:0_1:0)"}),
        ("sources/created", {"source": SOURCE}),
        ("sources/updated", {"source": SOURCE}),
        ("sources/deleted", {"source_id": ID}),
    ],
)
def test_an_event_is_read_and_written_again(
    schemas: OfficialSchemas, event_type: str, content: dict[str, Any]
) -> None:
    document = {
        "event_timestamp": "2026-01-02T03:04:05Z",
        "event_type": event_type,
        "event": content,
    }

    event = parse_event(document)

    assert event.to_json() == document
    assert event.event_type is EventType(event_type)
    for key, schema in (("flow", "flow-get.json"), ("source", "source.json")):
        if key in content:
            schemas.check(schema, event.to_json()["event"][key])


def test_an_event_tells_its_time_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    segment = FlowSegment(object_id="a", timerange=TimeRange.parse("[0:0_1:0)"))

    event = SegmentsAdded(
        event_timestamp=NOW.astimezone(berlin),
        event=SegmentsAddedContent(flow_id=ID, segments=(segment,)),
    )

    assert event.to_json()["event_timestamp"] == "2026-01-02T03:04:05Z"
