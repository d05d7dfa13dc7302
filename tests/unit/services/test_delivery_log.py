"""What an operator reads of webhooks whose receivers fail."""

from datetime import timedelta

import pytest

from tams.models.delivery import Answer
from tests.unit.services.test_delivery import deliver, webhook
from tests.unit.services.world import World


def test_each_failed_attempt_logs_one_warning_without_secrets(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    url = "https://receiver.example/services/s3cret?key=s3cret"
    webhook_id = webhook(world, url=url, api_key_name="X-Key", api_key_value="s3cret")
    world.flow()
    world.platform.receivers.answers[webhook_id] = Answer("it answered 500", 90)
    deliver(world, webhook_id)
    world.platform.time.now += timedelta(minutes=2)
    world.platform.receivers.answers[webhook_id] = Answer("it answered 410", hopeless=True)

    deliver(world, webhook_id)

    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        (
            "WARNING",
            f"webhook {webhook_id} to receiver.example failed: it answered 500; next try in 90 s",
        ),
        (
            "WARNING",
            f"webhook {webhook_id} to receiver.example failed: it answered 410; not retried",
        ),
    ]


def test_an_accepted_event_logs_no_warning(world: World, caplog: pytest.LogCaptureFixture) -> None:
    webhook_id = webhook(world)
    world.flow()

    assert deliver(world, webhook_id) == 1

    assert caplog.records == []
