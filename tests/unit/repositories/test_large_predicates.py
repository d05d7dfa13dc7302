"""Predicates of many parts stay within what ibis and the SDK can hold."""

from collections.abc import Sequence
from typing import Any

import ibis
import pytest
from vastdb import util

from tams.repositories import listing
from tams.repositories.database import Row
from tams.repositories.predicates import any_of
from tams.repositories.tables import OBJECTS

TABLE = ibis.table({"id": "string"}, name="t")


@pytest.mark.parametrize("count", [1, 2, 3, 2_000])
def test_any_of_many_can_be_resolved(count: int) -> None:
    joined = any_of([ibis._["id"].between(f"{at:020}", f"{at:020}x") for at in range(count)])

    assert str(joined.resolve(TABLE).type()) == "boolean"


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
        ([f"{at:036}" for at in range(45_000)], 2),
        ([f"{at:01000}" for at in range(10_000)], 3),
    ],
    ids=["none", "one", "10,000", "45,000", "long"],
)
def test_ids_are_asked_for_in_requests_that_the_sdk_takes(ids: list[str], selects: int) -> None:
    asked = Asked()

    found = listing.rows_by_id(asked, OBJECTS, ids)  # type: ignore[arg-type]

    assert found == {}
    assert len(asked.parts) == selects
    assert listing._PREDICATE_BYTES < util.MAX_QUERY_DATA_REQUEST_SIZE
