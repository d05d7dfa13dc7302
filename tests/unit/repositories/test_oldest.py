"""The first rows of a table, in whichever order VAST finds them."""

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tams.repositories.database import Database
from tams.repositories.oldest import oldest
from tams.repositories.service_tables import BATCHES
from tams.repositories.transaction import VastTransaction
from tams.repositories.visible import VisibleTransaction
from tams.runtime.vast import vast_connection
from tams.vast.where import col
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from vastlocal.control import Control

MANY = 500
LIMIT = 40


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        yield url


@pytest.fixture(scope="module")
def database(vast_url: str) -> Database:
    return Database(vast_connection(settings_for(vast_url)))


def found(database: Database, stamps: list[int], limit: int) -> list[int]:
    """The table is not sorted by this column: rows come in the order in which they were added."""

    class _Undone(Exception):  # noqa: N818 - so that nothing stays
        pass

    result: list[int] = []

    def work(transaction: VastTransaction) -> None:
        visible = VisibleTransaction(transaction)
        visible.insert(BATCHES, [{"id": str(n), "created_us": n} for n in stamps])
        wanted = col["created_us"].notnull()
        rows = oldest(visible, BATCHES, wanted, ["created_us"], by="created_us", limit=limit)
        result.extend(row["created_us"] for row in rows)
        raise _Undone

    with pytest.raises(_Undone):
        database.write(work)
    return result


@pytest.mark.parametrize(
    "order",
    [
        sorted,
        lambda them: sorted(them, reverse=True),
        lambda them: random.Random(1).sample(them, MANY),
    ],
    ids=["first to last", "last to first", "at random"],
)
@pytest.mark.parametrize("spread", [1, 1_000, 10**9])
def test_the_first_rows_are_found_in_any_order(
    database: Database, order: Callable[[list[int]], list[int]], spread: int
) -> None:
    stamps = [1_700_000_000_000_000 + n * spread for n in range(MANY)]

    rows = found(database, order(stamps), LIMIT)

    assert rows == stamps[: len(rows)]
    assert 1 <= len(rows) <= LIMIT


def test_a_crowd_of_one_moment_is_cut_anywhere(database: Database) -> None:
    rows = found(database, [9] * 10 + [5] * MANY, LIMIT)

    assert rows == [5] * LIMIT


def test_a_stamp_of_a_wrong_clock_hides_nothing(database: Database) -> None:
    stamps = [2**60, *range(10**15, 10**15 + MANY), -(2**60)]

    assert found(database, stamps, LIMIT)[0] == -(2**60)
    assert found(database, [2**60], LIMIT) == [2**60]
    assert found(database, [], LIMIT) == []


@settings(deadline=None, max_examples=40)
@given(
    stamps=st.lists(st.integers(-(2**61), 2**61) | st.integers(0, 9), max_size=60),
    limit=st.integers(1, 20),
)
def test_it_is_a_beginning_of_all_rows_and_never_empty(
    database: Database, stamps: list[int], limit: int
) -> None:
    rows = found(database, stamps, limit)

    assert rows == sorted(stamps)[: len(rows)]
    assert min(len(stamps), 1) <= len(rows) <= limit
    assert len(stamps) >= limit or len(rows) == len(stamps)


def test_it_takes_two_round_trips_along_an_order(database: Database, vast_url: str) -> None:
    control = Control(vast_url, "K", "S")
    control.reset()

    found(database, list(range(MANY)), LIMIT)
    assert control.counters().requests["query_rows"] == 2

    control.reset()
    found(database, list(range(LIMIT - 1)), LIMIT)
    assert control.counters().requests["query_rows"] == 1
