"""A page of a listing reads little, however long the listing is and in whatever order VAST reads."""

import random
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from tams.models.page_keys import encode_page_key
from tams.repositories.database import Database
from tams.repositories.listing import Order
from tams.repositories.listing.keys import Sizes
from tams.repositories.transaction import Row
from tams.vast.where import col
from tests.unit.repositories.listed_flows import Listing, Reads, by, listed, shuffled

COUNT = 6_000
BOUNDED = Sizes(rows_min=64, rows_more=16, sample=128)
LISTED = [
    Order(column, newest_first=column != "label", reverse=reverse)
    for column in ("created_us", "label")
    for reverse in (False, True)
]


def in_bursts(count: int) -> list[Row]:
    """Created in bursts with days between them. A tenth have no label."""
    chance, at_us, rows = random.Random(count), 0, []
    for _ in range(count):
        at_us += chance.choice([0, 1, 1, 1_000, 10**6, 10**9])
        label = None if chance.random() < 0.1 else f"Camera {chance.randrange(count):06}"
        rows.append(
            {"id": str(UUID(int=chance.getrandbits(128))), "created_us": at_us, "label": label}
        )
    return rows


def in_time(count: int) -> list[Row]:
    """In bursts too, with ids that begin with the time, as some programs make them for their indexes."""
    chance, rows = random.Random(count), in_bursts(count)
    for row in rows:
        head = f"{row['created_us'] // 1_000 + 1_700_000_000_000:012x}4{chance.getrandbits(12):03x}"
        tail = f"{chance.choice('89ab')}{chance.getrandbits(60):015x}"
        row["id"] = str(UUID(head + tail))
    return rows


def alike(count: int) -> list[Row]:
    """Created in the same microsecond, with the same label."""
    chance = random.Random(count)
    ids = (str(UUID(int=chance.getrandbits(128))) for _ in range(count))
    return [{"id": each, "created_us": 5, "label": "same"} for each in ids]


@pytest.fixture(scope="module", params=[in_bursts, alike])
def long(request: pytest.FixtureRequest, database: Database) -> Iterator[Listing]:
    listing = Listing(database, LISTED[0])
    listing.insert(request.param(COUNT))
    yield listing
    listing.delete(sorted(listing.rows))


def check_pages(listing: Listing, choose: Callable[[list[Row]], list[Row]], rows_max: int) -> None:
    rows = listed(listing.order, listing.rows.values())
    for last in (None, rows[COUNT // 2], rows[-8]):
        reads = Reads()
        key = None if last is None else encode_page_key(last[listing.order.column], last["id"])

        found, _ = listing.page(key, 10, choose, reads=reads, sizes=BOUNDED)

        start = 0 if last is None else rows.index(last) + 1
        assert found == [row["id"] for row in rows[start : start + 10]]
        assert reads.selects <= BOUNDED.selects_max, reads
        assert reads.rows <= rows_max, reads


@pytest.mark.parametrize("order", LISTED, ids=lambda it: f"{it.column}, reverse: {it.reverse}")
@pytest.mark.parametrize("column", ["id", None])
def test_a_page_of_a_long_listing_reads_little_wherever_it_is(
    long: Listing, order: Order, column: str | None
) -> None:
    """Whether VAST reads in the order of the table, or always in that of the projection."""
    upwards = Order(column or order.column, newest_first=False)
    listing = Listing(long.database, order, long.rows, long.source_id)

    check_pages(listing, by(upwards, nearest_first=True), COUNT // 5)


@pytest.mark.parametrize("order", LISTED, ids=lambda it: f"{it.column}, reverse: {it.reverse}")
def test_a_page_reads_little_whatever_order_vast_reads_in(database: Database, order: Order) -> None:
    listing = Listing(database, order)
    listing.insert(in_bursts(COUNT))

    check_pages(listing, shuffled(1), COUNT // 5)


@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_ids_that_begin_with_the_time_do_no_harm(
    database: Database, *, reverse: bool, upwards: bool
) -> None:
    order = Order("created_us", reverse=reverse)
    listing = Listing(database, order)
    listing.insert(in_time(COUNT))

    check_pages(listing, by(Order("created_us"), nearest_first=not upwards), COUNT // 5)


def test_what_few_match_is_read_at_once(database: Database) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert(in_bursts(200))
    reads = Reads()

    listing.page(None, 100, shuffled(1), reads=reads, sizes=Sizes())

    assert reads.selects == 1


def test_a_filter_that_no_projection_has_is_answered_at_once(database: Database) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert([{**row, "segment_count": 1} for row in in_bursts(1_000)])
    reads = Reads()

    found, _ = listing.page(
        None, 10, shuffled(1), reads=reads, predicate=col["segment_count"] > 0, sizes=Sizes()
    )

    expected = listed(listing.order, listing.rows.values())
    assert found == [row["id"] for row in expected[:10]]
    assert reads.selects == 1
