"""What waits for webhooks, and where the log begins, found by windows."""

from collections.abc import Callable

import pytest

from tams.models.delivery import Delivery, DeliveryState
from tams.repositories import deliveries as module
from tams.repositories.database import Database
from tams.repositories.deliveries import DeliveryRepository
from tams.repositories.transaction import VastTransaction
from tams.repositories.visible import VisibleTransaction

SECOND = 1_000_000
DAY = 86_400 * SECOND
NOW = 1_700_000_000 * SECOND


def undone(database: Database, work: Callable[[DeliveryRepository], None]) -> None:
    """In a transaction of which nothing stays."""

    class _Undone(Exception):  # noqa: N818 - good news
        pass

    def all_of_it(transaction: VastTransaction) -> None:
        work(DeliveryRepository(VisibleTransaction(transaction)))
        raise _Undone

    with pytest.raises(_Undone):
        database.write(all_of_it)


def delivery(seq: int, webhook_id: str = "w") -> Delivery:
    return Delivery(webhook_id, seq, f"e{seq}", NOW)


@pytest.mark.parametrize("first", [1, 255, 256, 257, 5_000, 70_000, 400_000])
def test_the_next_deliveries_are_found_behind_many_for_others(
    database: Database, first: int
) -> None:
    places = [*range(first, first + 3_000), 900_000]

    def work(deliveries: DeliveryRepository) -> None:
        deliveries.add([delivery(each) for each in places])
        deliveries.add([delivery(each, "another") for each in range(1, 500)])
        found = [each.seq for each in deliveries.waiting("w", 1, 1_000_000)]
        assert found == places[: len(found)]
        assert 1 <= len(found) <= module._WAITING_MAX
        assert deliveries.waiting("w", 900_001, 1_000_000) == []

    undone(database, work)


def test_only_places_for_which_a_webhook_waits_are_waited_for(database: Database) -> None:
    def work(deliveries: DeliveryRepository) -> None:
        deliveries.save_state(DeliveryState("w", cursor_seq=3))
        deliveries.save_state(DeliveryState("done", cursor_seq=100_000))
        deliveries.add([delivery(each) for each in (3, 4, 90_000)])
        deliveries.add([delivery(5, "done"), delivery(6, "new"), delivery(7, "not asked for")])
        asked = ["w", "done", "new"]

        assert deliveries.waited_for(asked, [1, 3, 5, 6, 7, 90_000]) == {3, 6, 90_000}
        assert deliveries.waited_for(asked, []) == set()
        assert deliveries.waited_for([], [3]) == set()

    undone(database, work)


def test_the_log_begins_at_the_last_milestone_before_a_time(database: Database) -> None:
    stamps = {512: NOW - 9 * DAY, 1_024: NOW - DAY, 1_536: NOW - DAY, 2_048: NOW - 2 * SECOND}

    def work(deliveries: DeliveryRepository) -> None:
        assert deliveries.milestone_before(NOW) == 0
        for seq, newest_us in stamps.items():
            deliveries.add_milestone(seq, newest_us)
        expected = {
            NOW + 99_999 * DAY: 2_048,
            NOW: 2_048,
            NOW - 2 * SECOND: 1_536,
            NOW - DAY + 1: 1_536,
            NOW - DAY: 512,
            NOW - 9 * DAY: 0,
            0: 0,
        }
        assert {each: deliveries.milestone_before(each) for each in expected} == expected

    undone(database, work)


@pytest.mark.parametrize("limit", [2, 3, 100])
def test_milestones_of_forgotten_events_become_one(database: Database, limit: int) -> None:
    def work(deliveries: DeliveryRepository) -> None:
        for number in range(1, 8):
            deliveries.add_milestone(number * 512, NOW + number * SECOND)
        while deliveries.forget_milestones(NOW + 6 * SECOND, limit):
            pass
        assert deliveries.milestone_before(0) == 5 * 512
        assert deliveries.milestone_before(NOW + 6 * SECOND) == 5 * 512
        assert deliveries.milestone_before(NOW + 7 * SECOND) == 6 * 512
        assert deliveries.forget_milestones(NOW + 6 * SECOND, 100) is False

    undone(database, work)
