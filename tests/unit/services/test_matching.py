"""Which webhooks an event is for (WHK-27…34)."""

from typing import Any

import pytest

from tams.models.delivery import Relations
from tams.models.stored import StoredEvent
from tams.models.webhook import Webhook, WebhookStatus
from tams.services.webhooks.matching import asks_for_relations, matches, with_lost

FLOW, SOURCE, PARENT = (f"0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a0{each}" for each in "123")


def a_webhook(**fields: Any) -> Webhook:
    return Webhook(
        id="0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a00",
        url="https://example.com/hook",
        events=("flows/updated", "flows/deleted", "sources/updated", "sources/deleted"),
        status=WebhookStatus.CREATED,
        **fields,
    )


def an_event(event_type: str = "flows/updated", **fields: Any) -> StoredEvent:
    flow_id = FLOW if event_type.startswith("flows/") else None
    return StoredEvent("e", event_type, 0, flow_id=flow_id, source_id=SOURCE, **fields)


COLLECTED = Relations({FLOW: [PARENT]}, {SOURCE: [PARENT]})


@pytest.mark.parametrize(
    ("fields", "relations", "expected"),
    [
        ({}, Relations(), True),
        ({"flow_ids": (FLOW,)}, Relations(), True),
        ({"flow_ids": ()}, Relations(), True),
        ({"flow_ids": (PARENT,)}, Relations(), False),
        ({"source_ids": (SOURCE,)}, Relations(), True),
        ({"source_ids": (PARENT,)}, Relations(), False),
        ({"flow_ids": (FLOW,), "source_ids": (PARENT,)}, Relations(), False),
        ({"flow_collected_by_ids": (PARENT,)}, COLLECTED, True),
        ({"flow_collected_by_ids": (PARENT,)}, Relations(), False),
        ({"flow_collected_by_ids": ()}, COLLECTED, False),
        ({"flow_collected_by_ids": ()}, Relations(), True),
        ({"source_collected_by_ids": (PARENT,)}, COLLECTED, True),
        ({"source_collected_by_ids": ()}, COLLECTED, False),
    ],
)
def test_every_filter_that_is_there_must_pass(
    fields: dict[str, Any],
    relations: Relations,
    expected: bool,
) -> None:
    assert matches(a_webhook(**fields), an_event(), relations) is expected


def test_filters_of_flows_leave_events_of_sources_alone() -> None:
    webhook = a_webhook(flow_ids=(PARENT,), flow_collected_by_ids=(PARENT,))

    assert matches(webhook, an_event("sources/updated"), Relations())


def test_events_not_asked_for_do_not_come() -> None:
    assert not matches(a_webhook(), an_event("flows/created"), Relations())


def test_a_webhook_gets_what_its_creator_may_read() -> None:
    webhook = a_webhook(read_classes=("news",))

    assert matches(webhook, an_event(auth_classes=("news", "sport")), Relations())
    assert not matches(webhook, an_event(auth_classes=("sport",)), Relations())
    assert not matches(webhook, an_event(), Relations())


def test_what_is_gone_counts_as_collected_by_its_last_collectors() -> None:
    webhook = a_webhook(flow_collected_by_ids=(PARENT,), source_collected_by_ids=(PARENT,))
    gone = [
        an_event("flows/deleted", collected_by=(PARENT,)),
        an_event("sources/deleted", collected_by=(PARENT,)),
    ]
    relations = with_lost(Relations(), gone)

    assert asks_for_relations(webhook)
    assert not asks_for_relations(a_webhook(flow_ids=(FLOW,)))
    assert all(matches(webhook, each, relations) for each in gone)
    assert not matches(webhook, gone[0], Relations())
