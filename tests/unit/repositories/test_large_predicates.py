"""Predicates with many parts stay within VAST's limits."""

from collections.abc import Sequence
from typing import Any

import pytest

from tams.repositories import listing
from tams.repositories.object_tables import OBJECTS
from tams.repositories.transaction import Row
from tams.vast.api import QUERY_BYTES_MAX
from tams.vast.query_message import query_message


class Asked:
    """A transaction that only notes what it is asked for."""

    def __init__(self) -> None:
        self.parts: list[Any] = []

    def select(self, *arguments: Any, **_: Any) -> Sequence[Row]:
        self.parts.append(arguments[1])
        return []


@pytest.mark.parametrize(
    ("ids", "selects"),
    [
        ([], 0),
        (["a"], 1),
        ([f"{at:036}" for at in range(10_000)], 1),
        ([f"{at:036}" for at in range(45_000)], 4),
        ([f"{at:01000}" for at in range(10_000)], 3),
    ],
    ids=["none", "one", "10,000", "45,000", "long"],
)
def test_ids_are_asked_for_in_requests_that_vast_takes(ids: list[str], selects: int) -> None:
    asked = Asked()

    found = listing.rows_by_id(asked, OBJECTS, ids)  # type: ignore[arg-type]

    assert found == {}
    assert len(asked.parts) == selects
    columns = OBJECTS.columns
    messages = [query_message(columns, OBJECTS.names, part) for part in asked.parts]
    assert all(len(message) < QUERY_BYTES_MAX for message in messages)
