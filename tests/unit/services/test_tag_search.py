"""Pages of the Segments with certain tags, against a plain filter; and how much is looked at for one page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tams.models.filters import TagFilter
from tams.models.stored import StoredSegment
from tams.repositories.nearest import start_ns
from tams.services.segments.tag_search import TagSearch
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tests.unit.services.timelines import Shuffled, a_segment, has, ranges, timelines

NEWS = TagFilter("kind", values=("news",))
UNREVIEWED = TagFilter("reviewed", exists=False)

FILTERS = [
    [NEWS],
    [TagFilter("kind", values=("news", "sport"))],
    [TagFilter("kind", exists=True)],
    [TagFilter("kind", exists=False)],
    [NEWS, UNREVIEWED],
    [TagFilter("nobody has it", exists=True)],
    [TagFilter("nobody has it", exists=False)],
]
TAGS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["news", "sport", ["sport", "news"], [], ""]),
        "reviewed": st.just("yes"),
    },
)


def searches(
    store: Shuffled, looks_max: int, *hidden: TimeRange
) -> Callable[[PageRequest], tuple[list[StoredSegment], int | None]]:
    """Reads one page. Each one has a search of its own."""
    reader = store.reader(*hidden)
    return lambda request: TagSearch(reader, store.count, looks_max).page(request)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_all_pages_together_are_what_has_the_tags_in_order(data: st.DataObject) -> None:
    segments = [replace(each, tags=data.draw(TAGS) or None) for each in data.draw(timelines())]
    timerange = data.draw(ranges(segments))
    tags = data.draw(st.sampled_from(FILTERS))
    reverse = data.draw(st.booleans())
    limit = data.draw(st.integers(1, 20))
    hidden = [data.draw(ranges(segments)) for _ in range(data.draw(st.integers(0, 2)))]
    store = Shuffled(segments, data.draw(st.integers()), tags)
    page_of = searches(store, data.draw(st.integers(2, 80)), *hidden)

    found: list[StoredSegment] = []
    cursor_ns: int | None = None
    while True:
        page, next_ns = page_of(PageRequest(timerange, limit, reverse, cursor_ns))
        found += page
        assert len(page) <= limit
        if next_ns is None:
            break
        assert cursor_ns is None or (next_ns < cursor_ns if reverse else next_ns > cursor_ns)
        cursor_ns = next_ns

    expected = [
        each
        for each in segments
        if each.timerange.overlaps(timerange)
        and has(each, tags)
        and not any(gone.contains(each.timerange) for gone in hidden)
    ]
    assert found == (expected[::-1] if reverse else expected)


def an_even_flow(count: int, *tagged: int) -> list[StoredSegment]:
    made = [a_segment(n * 40, n * 40 + 40) for n in range(count)]
    for index in tagged:
        made[index] = replace(made[index], tags={"kind": "news"})
    return made


def all_pages(
    store: Shuffled, looks_max: int, *, reverse: bool = False
) -> list[list[StoredSegment]]:
    """Also checks what each page costs."""
    page_of = searches(store, looks_max)
    pages: list[list[StoredSegment]] = []
    cursor_ns: int | None = None
    while True:
        store.looked_at, store.calls = 0, 0
        page, cursor_ns = page_of(PageRequest(TimeRange.eternity(), 30, reverse, cursor_ns))
        pages.append(page)
        assert store.looked_at <= looks_max
        assert store.calls <= 60  # a bisection of 2 * 10**18 ns takes up to 61
        if cursor_ns is None:
            return pages


@pytest.mark.parametrize("reverse", [False, True])
def test_a_rare_tag_in_a_long_flow_takes_a_bounded_look_for_each_page(reverse: bool) -> None:
    segments = an_even_flow(50_000, 20_000, 49_999)
    store = Shuffled(segments, 1, [NEWS])

    pages = all_pages(store, 4_000, reverse=reverse)

    found = [each for page in pages for each in page]
    assert found == [segments[each] for each in ([49_999, 20_000] if reverse else [20_000, 49_999])]
    assert len(pages) <= 50_000 / 2_000 + 1
    assert max(len(page) for page in pages) == 1


def test_a_page_of_a_common_tag_takes_one_count_and_one_look_at_little_more() -> None:
    store = Shuffled(an_even_flow(50_000, *range(50_000)), 2, [NEWS])

    page, next_ns = searches(store, 4_000)(PageRequest(TimeRange.eternity(), 30))

    assert (len(page), next_ns) == (30, 29 * 40)
    assert store.calls == 2
    assert store.looked_at < 60


def test_of_a_small_flow_nothing_is_counted() -> None:
    store = Shuffled(an_even_flow(4_000, 3_999), 3, [NEWS])

    page, next_ns = searches(store, 4_000)(PageRequest(TimeRange.eternity(), 30))

    assert (len(page), next_ns) == (1, None)
    assert store.calls == 2


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("at", [-(10**18), 10**18], ids=["before", "after"])
def test_a_single_segment_far_away_does_not_make_a_page_look_at_everything(
    at: int, reverse: bool
) -> None:
    segments = sorted([*an_even_flow(30_000, 29_000), a_segment(at, at + 40)], key=start_ns)
    store = Shuffled(segments, 4, [NEWS])

    pages = all_pages(store, 4_000, reverse=reverse)

    assert [each.timerange.start_ns for page in pages for each in page] == [29_000 * 40]
    assert len(pages) <= 30


def test_what_lacks_a_tag_is_found_among_many_that_have_it() -> None:
    segments = [replace(each, tags={"reviewed": "yes"}) for each in an_even_flow(20_000)]
    segments[15_000] = replace(segments[15_000], tags=None)
    store = Shuffled(segments, 5, [UNREVIEWED])

    pages = all_pages(store, 4_000)

    assert [each for page in pages for each in page] == [segments[15_000]]
    assert len(pages) <= 10
