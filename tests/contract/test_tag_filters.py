"""TAG: listings filtered by tags, and the other places where tags filter."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.conftest import Backends
from tests.contract.steps import copied
from tests.maker import Maker

LISTINGS = ("/flows", "/sources", "/service/webhooks")
BACKENDS = "/service/storage-backends"
Tags = dict[str, str | list[str]]


def a_tagged(api: httpx.Client, make: Maker, listing: str, tags: Tags) -> str:
    """The id of a new item with these tags."""
    if listing == "/service/webhooks":
        webhook = {"url": f"https://hook.example.com/{uuid4()}", "events": [], "tags": tags}
        response = api.post(listing, json=webhook)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])
    flow = make.flow(tags=tags)
    if listing == "/flows":
        return str(flow["id"])
    for name, value in tags.items():
        assert api.put(f"/sources/{flow['source_id']}/tags/{name}", json=value).status_code == 204
    return str(flow["source_id"])


def tagged(
    api: httpx.Client, make: Maker, listing: str, values: Iterable[str | list[str] | None]
) -> tuple[str, list[str]]:
    """What marks them as ours, and ids of items with these values of the tag `kind`."""
    mark = str(uuid4())
    kinds: list[Tags] = [{} if each is None else {"kind": each} for each in values]
    return mark, [a_tagged(api, make, listing, {"test": mark, **kind}) for kind in kinds]


def found(api: httpx.Client, listing: str, mark: str, **parameters: str) -> set[str]:
    """Ids of our items that pass a filter."""
    response = api.get(listing, params={"tag.test": mark, **parameters})
    assert response.status_code == 200, response.text
    return {each["id"] for each in response.json()}


@pytest.mark.parametrize("listing", LISTINGS)
def test_TAG_8_a_filter_keeps_what_has_one_of_its_values(
    api: httpx.Client, make: Maker, listing: str
) -> None:
    values: list[str | list[str] | None] = ["a", "b", ["c", "a"], [], None]
    mark, (a, b, ca, _, _) = tagged(api, make, listing, values)

    assert found(api, listing, mark, **{"tag.kind": "a"}) == {a, ca}
    assert found(api, listing, mark, **{"tag.kind": "b,c"}) == {b, ca}
    assert found(api, listing, mark, **{"tag.kind": "a,b,c"}) == {a, b, ca}
    assert found(api, listing, mark, **{"tag.kind": "x,y"}) == set()


@pytest.mark.parametrize("listing", LISTINGS)
def test_TAG_9_only_the_whole_value_matches(api: httpx.Client, make: Maker, listing: str) -> None:
    other = "x\nkind\x1fNews at Ten\n"
    values: list[str | list[str]] = ["News at Ten", ["Late", "News at Ten"], "News", other]
    mark, (alone, listed, short, _) = tagged(api, make, listing, values)

    assert found(api, listing, mark, **{"tag.kind": "News at Ten"}) == {alone, listed}
    assert found(api, listing, mark, **{"tag.kind": "News"}) == {short}
    for part in ("New", "Ten", "ews at", "news at ten", "News at Ten ", "News*", "%", ".*", "[]"):
        assert found(api, listing, mark, **{"tag.kind": part}) == set(), part


@pytest.mark.parametrize("listing", LISTINGS)
def test_TAG_10_existence_of_a_tag_is_a_filter(
    api: httpx.Client, make: Maker, listing: str
) -> None:
    mark, having = tagged(api, make, listing, ["a", "", [], ["b"]])
    lacking = [
        a_tagged(api, make, listing, {"test": mark}),
        a_tagged(api, make, listing, {"test": mark, "kind2": "a", "my kind": "kind"}),
    ]

    assert found(api, listing, mark, **{"tag_exists.kind": "true"}) == set(having)
    assert found(api, listing, mark, **{"tag_exists.kind": "false"}) == set(lacking)
    assert found(api, listing, mark) == {*having, *lacking}


@pytest.mark.parametrize("listing", LISTINGS)
def test_TAG_12_a_list_of_values_has_no_empty_member_and_no_commas_inside(
    api: httpx.Client, make: Maker, listing: str
) -> None:
    mark, (_, plain) = tagged(api, make, listing, ["red,green", "green"])

    assert found(api, listing, mark, **{"tag.kind": "red,green"}) == {plain}
    for bad in ("a,", ",a", "a,,b", ","):
        for asked in (listing, BACKENDS):
            assert api.get(asked, params={"tag.kind": bad}).status_code == 400, bad
            assert api.head(asked, params={"tag.kind": bad}).status_code == 400, bad


def a_profile(api: httpx.Client, **fields: Any) -> str:
    technical = ("format", "codec", "container", "essence_parameters")
    metadata = {name: a_video_flow_body()[name] for name in technical}
    profile = {"id": str(uuid4()), "flow_metadata": metadata, **fields}
    response = api.post(f"/service/profiles/{profile['id']}", json=profile)
    assert response.status_code == 201, response.text
    return str(profile["id"])


def an_object_in_two_places(
    api: httpx.Client, make: Maker, backends: Backends
) -> tuple[list[str], str]:
    """A Flow with the tag `kind`, one without, and the Object that both use."""
    flow_ids = [make.flow(tags=tags)["id"] for tags in ({"kind": ["a", "b"]}, {})]
    allocated = api.post(f"/flows/{flow_ids[0]}/storage", json={"limit": 1}).json()
    (entry,) = allocated["media_objects"]
    put = entry["put_url"]
    httpx.put(put["url"], content=b"media", headers={"Content-Type": put["content-type"]})
    object_id = entry["object_id"]
    segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}
    for flow_id in flow_ids:
        assert api.post(f"/flows/{flow_id}/segments", json=segment).status_code == 201
    copied(api, object_id, backends.archive)
    return flow_ids, object_id


def test_TAG_14_listings_but_that_of_profiles_filter_by_tags(
    api: httpx.Client, make: Maker, backends: Backends
) -> None:
    for listing in LISTINGS:
        mark, (a, b) = tagged(api, make, listing, ["a", None])
        assert found(api, listing, mark, **{"tag.kind": "a"}) == {a}
        assert found(api, listing, mark, **{"tag_exists.kind": "false"}) == {b}

    def of_backends(**parameters: str) -> set[str]:
        return {each["id"] for each in api.get(BACKENDS, params=parameters).json()}

    assert of_backends(**{"tag.tier": "cold,lukewarm"}) == {backends.archive}
    assert of_backends(**{"tag.site": "salford"}) == {backends.local}
    assert of_backends(**{"tag_exists.tier": "true"}) == {backends.local, backends.archive}
    assert of_backends(**{"tag_exists.tier": "false"}) == {backends.unlabelled}

    a_profile(api, label=str(uuid4()), tags={"kind": "a"})
    for name, value in (("tag.kind", "b"), ("tag_exists.kind", "false"), ("tag.kind", "a,")):
        assert api.get("/service/profiles", params={name: value}).status_code == 400


def test_TAG_14_objects_and_segments_filter_by_tags_of_flows_and_of_backends(
    api: httpx.Client, make: Maker, backends: Backends
) -> None:
    (kind, other), object_id = an_object_in_two_places(api, make, backends)

    def users(**parameters: str) -> set[str]:
        response = api.get(f"/objects/{object_id}", params=parameters)
        return set(response.json()["referenced_by_flows"])

    assert users(**{"flow_tag.kind": "b"}) == {kind}
    assert users(**{"flow_tag.kind": "c"}) == set()
    assert users(**{"flow_tag_exists.kind": "false"}) == {other}

    def labels(**parameters: str) -> list[str]:
        (segment,) = api.get(f"/flows/{kind}/segments", params=parameters).json()
        shown = api.get(f"/objects/{object_id}", params=parameters).json()
        both = [[url["label"] for url in each["get_urls"]] for each in (segment, shown)]
        assert both[0] == both[1]
        return both[0]

    everywhere = labels()
    assert len(everywhere) == 2
    assert labels(**{"storage_backend_tag.tier": "cold"}) == ["archive"]
    assert labels(**{"storage_backend_tag.tier": "cold,hot"}) == everywhere
    assert labels(**{"storage_backend_tag.tier": "tepid"}) == []
    assert labels(**{"storage_backend_tag_exists.site": "false"}) == ["archive"]
