"""Tag filters and URL filters, as the specification's tables define them."""

import pytest

from tams.errors import InvalidRequestError
from tams.models.common import Tags
from tams.models.filters import (
    TagFilter,
    UrlFilter,
    parse_list,
    parse_tag_filters,
    parse_uuid_list,
)

BACKEND = "3b241101-e2bb-4255-8caf-4136c566a962"
OTHER = "3b241101-e2bb-4255-8caf-4136c566a963"
TAGS: Tags = {"genre": "news", "langs": ["en", "cy"], "none": []}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ({"tag.genre": "news"}, True),
        ({"tag.genre": "sport,news"}, True),
        ({"tag.genre": "New"}, False),
        ({"tag.genre": "NEWS"}, False),
        ({"tag.genre": ""}, False),
        ({"tag.langs": "cy,fr"}, True),
        ({"tag.langs": "en,cy"}, True),
        ({"tag.langs": "fr"}, False),
        ({"tag.none": "a"}, False),
        ({"tag.missing": "a"}, False),
        ({"tag_exists.genre": "true"}, True),
        ({"tag_exists.genre": "false"}, False),
        ({"tag_exists.none": "true"}, True),
        ({"tag_exists.missing": "true"}, False),
        ({"tag_exists.missing": "false"}, True),
        ({"tag.genre": "news", "tag.langs": "fr"}, False),
        ({"tag.genre": "news", "tag.langs": "en", "tag_exists.none": "true"}, True),
        ({"flow_tag.genre": "sport", "limit": "5"}, True),
    ],
    ids=str,
)
def test_tags_match_whole_values_with_or_inside_and_and_between(
    query: dict[str, str], matches: bool
) -> None:
    assert all(each.matches(TAGS) for each in parse_tag_filters("tag", query)) is matches


def test_a_tag_without_a_value_asks_for_the_empty_string() -> None:
    assert parse_tag_filters("tag", {"tag.a": ""}) == (TagFilter("a", values=("",)),)
    assert TagFilter("a", values=("",)).matches({"a": ""})


def test_a_tag_name_may_hold_dots() -> None:
    assert parse_tag_filters("tag", [("tag.a.b", "c")]) == (TagFilter("a.b", values=("c",)),)


@pytest.mark.parametrize(
    "query", [{"tag.a": "b,"}, {"tag.a": ",b"}, {"tag.a": "b,,c"}, {"tag_exists.a": "yes"}], ids=str
)
def test_a_malformed_tag_filter_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InvalidRequestError):
        parse_tag_filters("tag", query)


def test_a_list_of_ids_holds_ids() -> None:
    assert parse_uuid_list("source_ids", f"{BACKEND},{OTHER}") == (BACKEND, OTHER)
    assert parse_list("accept_get_urls", "") == ()
    with pytest.raises(InvalidRequestError, match="source_ids"):
        parse_uuid_list("source_ids", BACKEND.upper())


@pytest.mark.parametrize(
    ("url_filter", "accepted"),
    [
        (UrlFilter(), {"plain", "signed", "uncontrolled", "unlabelled"}),
        (UrlFilter(accept_get_urls=()), set()),
        (UrlFilter(accept_get_urls=("main",)), {"plain", "signed"}),
        (UrlFilter(accept_get_urls=("cdn",)), {"uncontrolled"}),
        (UrlFilter(accept_storage_ids=(BACKEND,)), {"plain", "signed"}),
        (UrlFilter(accept_storage_ids=(OTHER,)), {"unlabelled"}),
        (UrlFilter(presigned=True), {"signed"}),
        (UrlFilter(presigned=False), {"plain", "uncontrolled", "unlabelled"}),
        (UrlFilter(backend_tags=(TagFilter("tier", values=("hot",)),)), {"plain", "signed"}),
        (UrlFilter(backend_tags=(TagFilter("tier", exists=True),)), {"plain", "signed"}),
        (
            UrlFilter(backend_tags=(TagFilter("tier", exists=False),)),
            {"uncontrolled", "unlabelled"},
        ),
        (UrlFilter(accept_get_urls=("main",), presigned=True), {"signed"}),
        (UrlFilter(accept_get_urls=("cdn",), accept_storage_ids=(BACKEND,)), set()),
    ],
    ids=lambda it: str(sorted(it) if isinstance(it, set) else it),
)
def test_a_url_must_satisfy_every_filter(url_filter: UrlFilter, accepted: set[str]) -> None:
    hot: Tags = {"tier": "hot"}
    urls: dict[str, tuple[str | None, str | None, bool, Tags | None]] = {
        "plain": ("main", BACKEND, False, hot),
        "signed": ("main", BACKEND, True, hot),
        "uncontrolled": ("cdn", None, False, None),
        "unlabelled": (None, OTHER, False, {}),
    }

    found = {
        name
        for name, (label, storage_id, presigned, tags) in urls.items()
        if url_filter.accepts(
            label=label, storage_id=storage_id, presigned=presigned, backend_tags=tags
        )
    }

    assert found == accepted
    assert url_filter.accepts_none is (url_filter.accept_get_urls == ())
