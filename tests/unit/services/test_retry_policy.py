"""When deliveries to a webhook are given up."""

from datetime import timedelta

from tams.models.delivery import DeliveryState
from tams.services.webhooks.retry_policy import RetryPolicy

HOUR_US = 3_600_000_000
BEGUN_US = 1_795_176_000_000_000


def test_a_clock_that_leaps_ahead_does_not_use_up_the_attempts() -> None:
    policy = RetryPolicy(2.0, 3_600.0, timedelta(hours=48), 60.0)
    failing = policy.failed(DeliveryState("w"), BEGUN_US)

    leapt = policy.failed(failing, BEGUN_US + 72 * HOUR_US)
    assert not policy.gives_up(leapt, BEGUN_US + 72 * HOUR_US)

    for hour in range(49):
        failing = policy.failed(failing, BEGUN_US + hour * HOUR_US)
    assert policy.gives_up(failing, BEGUN_US + 48 * HOUR_US)
