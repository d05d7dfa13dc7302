"""Every page of a listing is what sorting all rows gives, in whatever order VAST reads."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tams.errors import InvalidRequestError
from tams.models.filters import TagFilter
from tams.models.page_keys import encode_page_key
from tams.repositories.database import Database
from tams.repositories.listing import Order
from tams.repositories.listing.keys import Sizes
from tams.repositories.predicates import tags_text
from tams.repositories.transaction import Row
from tams.vast.where import Predicate, col
from tests.long_form import SOAK
from tests.unit.repositories.listed_flows import SMALL, Listing, by, listed, shuffled

MANY_SELECTS = Sizes(rows_min=4, rows_more=2, sample=4, selects_max=1_000)
UNTAGGED = TagFilter("x", exists=False)

some_ids = st.uuids().map(str)
alike_ids = st.integers(0, 200).map(lambda it: str(UUID(int=it)))
sampled_ids = st.uuids().map(lambda it: "80" + str(it)[2:])
timed_ids = st.uuids().map(lambda it: "018f" + str(it)[4:])
ids = st.one_of(some_ids, sampled_ids, timed_ids, alike_ids)
dates = st.one_of(
    st.integers(-2, 3), st.integers(0, 2**53), st.sampled_from([2**63 - 1, -(2**63) + 1])
)
labels = st.one_of(
    st.sampled_from(["", "a", "aa", "b"]), st.text("ab é\U0001f600\uffff", max_size=4)
)
orders = st.sampled_from(
    [
        Order(column, newest_first=column != "label", reverse=reverse)
        for column in ("created_us", "metadata_updated_us", "label")
        for reverse in (False, True)
    ]
)


@st.composite
def rows_for(draw: st.DrawFn, order: Order, size: int = 40) -> list[Row]:
    values = st.none() | (labels if order.column == "label" else dates)
    found = draw(st.lists(st.tuples(ids, values), max_size=size, unique_by=lambda it: it[0]))
    common = draw(st.sampled_from([None, "one", "some"]))
    return [
        {
            "id": each,
            order.column: found[0][1] if common == "one" or (common and at % 2) else value,
            "tags": tags_text({"x": "1"} if at % 3 == 0 else {}),
            "format": "video" if at % 4 else "audio",
        }
        for at, (each, value) in enumerate(found)
    ]


@st.composite
def walks(draw: st.DrawFn) -> tuple[Order, list[Row], list[Row]]:
    order = draw(orders)
    rows = draw(rows_for(order))
    used = {row["id"] for row in rows}
    late = [row for row in draw(rows_for(order, 8)) if row["id"] not in used]
    return order, rows, late


def ways(order: Order) -> list[Callable[[list[Row]], list[Row]] | None]:
    return [
        None,
        by(order, nearest_first=True),
        by(order, nearest_first=False),
        shuffled(1),
        shuffled(2),
    ]


@dataclass(frozen=True)
class Filter:
    predicate: Predicate | None = None
    without_tags: tuple[TagFilter, ...] = ()
    keeps: str = ""
    """Digits with which the id of a listed Flow may end; empty for any."""
    is_among: bool = False
    only: AbstractSet[str] | None = None

    def how(self) -> dict[str, Any]:
        how: dict[str, Any] = {"without_tags": self.without_tags, "only": self.only}
        if self.keeps and self.is_among:
            how["among"] = lambda ids: {each for each in ids if each[-1] in self.keeps}
        elif self.keeps:
            how["keep"] = lambda each: each[-1] in self.keeps
        return how | {"predicate": self.predicate}

    def lists(self, row: Row) -> bool:
        return (
            (self.predicate is None or row["format"] == "video")
            and not (self.without_tags and "x" in row["tags"])
            and (not self.keeps or row["id"][-1] in self.keeps)
            and (self.only is None or row["id"] in self.only)
        )


filters = st.builds(
    Filter,
    predicate=st.sampled_from([None, col["format"] == "video"]),
    without_tags=st.sampled_from([(), (UNTAGGED,)]),
    keeps=st.sampled_from(["", "02468ace", "1"]),
    is_among=st.booleans(),
)


@settings(
    max_examples=1_500 if SOAK else 120,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink an example on a VAST takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    data=st.data(),
    walk=walks(),
    wanted=filters,
    limit=st.integers(1, 7),
    way=st.integers(0, 4),
    sizes=st.sampled_from([SMALL, MANY_SELECTS, Sizes()]),
)
def test_pages_are_what_sorting_everything_gives(
    database: Database,
    data: st.DataObject,
    walk: tuple[Order, list[Row], list[Row]],
    wanted: Filter,
    limit: int,
    way: int,
    sizes: Sizes,
) -> None:
    order, rows, late = walk
    listing = Listing(database, order)
    try:
        listing.insert(rows)
        key, last = None, None
        while True:
            found, next_key = listing.page(
                key, limit, ways(order)[way], sizes=sizes, **wanted.how()
            )
            expected, more = listing.expected(last, limit, wanted.lists)
            assert found == expected
            assert (next_key is not None) is more
            if next_key is None:
                return
            key, last = next_key, listing.rows[found[-1]]
            listing.insert([late.pop()] if late else [])
            there = sorted(listing.rows)
            listing.delete(data.draw(st.lists(st.sampled_from(there), max_size=2, unique=True)))
    finally:
        listing.delete(sorted(listing.rows))


def test_only_some_are_listed_however_many_they_are(database: Database) -> None:
    order = Order("created_us")
    listing = Listing(database, order)
    listing.insert([{"id": str(uuid4()), "created_us": at} for at in range(1_500)])
    every = [row["id"] for row in listed(order, listing.rows.values())]

    for chosen in (every[::1][:1_200], every[5:900:40], [], [str(uuid4())]):
        found, key = listing.page(None, 10, only=frozenset(chosen), sizes=Sizes())
        assert found == chosen[:10] if set(chosen) <= set(every) else found == []
        assert (key is None) is (len(chosen) <= 10)


def test_page_keys_are_those_of_releases_before(database: Database) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert([{"id": f"{at}", "created_us": at // 2} for at in range(8)])

    _, key = listing.page(None, 3)

    assert key == encode_page_key(2, "4")


@pytest.mark.parametrize(
    ("value", "count"), [(2**80, 8), (-(2**80), 0), (3, 6)], ids=["after all", "before all", "some"]
)
def test_a_page_key_may_name_what_no_row_can_have(
    database: Database, value: int, count: int
) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert([{"id": f"{value}/{at}", "created_us": at // 2} for at in range(8)])

    found, _ = listing.page(encode_page_key(value, ""), 10)

    assert len(found) == (8 if value == 3 else count)


def test_a_page_key_of_no_text_is_refused(database: Database) -> None:
    listing = Listing(database, Order("label", newest_first=False))

    with pytest.raises(InvalidRequestError, match="not a page key"):
        listing.page(encode_page_key("\ud800", "a"), 10)
