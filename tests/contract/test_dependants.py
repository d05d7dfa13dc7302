"""DELETE of Objects and Profiles (extensions): what depends on them is named, or goes along."""

from uuid import uuid4

import httpx
import pytest

from tams.services.deletion.sources import FLOWS_MAX
from tests.builders import a_video_flow_body
from tests.contract.steps import Json, segment, uploaded
from tests.maker import Maker
from tests.waiting import until, until_gone


def test_an_object_goes_with_the_segments_that_use_it(api: httpx.Client, make: Maker) -> None:
    flow, other = make.flow(), make.flow()
    (object_id,) = uploaded(api, flow)
    for each in (flow, other):
        posted = api.post(f"/flows/{each['id']}/segments", json=segment(object_id, 0, 2))
        assert posted.status_code == 201
    (listed,) = api.get(f"/flows/{flow['id']}/segments").json()
    path = f"/objects/{object_id}"

    refused = api.delete(path)
    assert refused.status_code == 409
    assert all(each["id"] in refused.json()["summary"] for each in (flow, other))
    assert api.delete(path, params={"cascade": "true"}).status_code == 204

    for each in (flow, other):
        assert api.get(f"/flows/{each['id']}/segments").json() == []
        assert api.get(f"/flows/{each['id']}").status_code == 200
    assert api.get(path).status_code == api.delete(path).status_code == 404
    until_gone(listed["get_urls"][0]["url"])


def test_a_flow_with_segments_or_collectors_needs_cascade(api: httpx.Client, make: Maker) -> None:
    """Without a word about it, a Flow is deleted as the specification has it."""
    flow, parent, plain = make.flow(), make.flow(), make.flow()
    for each in (flow, plain):
        make.segments(each["id"], 2)
    items = [{"id": flow["id"]}]
    assert api.put(f"/flows/{parent['id']}/flow_collection", json=items).status_code == 204
    path = f"/flows/{flow['id']}"

    # The specification declares no 409 here, because it has no `cascade`.
    refused = httpx.delete(f"{api.base_url}{path}", params={"cascade": "false"}, timeout=120)

    assert refused.status_code == 409
    assert f"has 2 Segments and is collected by Flow '{parent['id']}'" in refused.json()["summary"]
    assert api.get(path).status_code == 200
    assert len(api.get(f"{path}/segments").json()) == 2
    assert api.delete(path, params={"cascade": "true"}).status_code == 204
    assert api.delete(f"/flows/{plain['id']}").status_code == 204
    assert api.get(f"/flows/{parent['id']}/flow_collection").json() == []


def test_an_init_object_goes_with_the_media_that_need_it(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, first, second = uploaded(api, flow, 3)
    media = [
        segment(each, at, at + 1, init_object_id=init_id) for at, each in enumerate((first, second))
    ]
    assert api.post(f"/flows/{flow['id']}/segments", json=media).status_code == 201
    path = f"/objects/{init_id}"

    refused = api.delete(path)
    assert refused.status_code == 409
    assert "is the init Object of media Objects" in refused.json()["summary"]
    assert all(f"'{each}'" in refused.json()["summary"] for each in (first, second))
    assert api.delete(path, params={"cascade": "true"}).status_code == 204

    assert api.get(f"/flows/{flow['id']}/segments").json() == []
    for each in (init_id, first, second):
        assert api.get(f"/objects/{each}").status_code == 404


def test_a_source_with_many_flows_goes_by_one_deletion_request(
    api: httpx.Client, make: Maker
) -> None:
    source_id, count = str(uuid4()), FLOWS_MAX + 1
    for _ in range(count):
        make.flow(source_id=source_id)
    path = f"/sources/{source_id}"

    refused = api.delete(path)
    assert refused.status_code == 409
    assert f"and {count - 10} more: delete what depends" in refused.json()["summary"]
    accepted = api.delete(path, params={"cascade": "true"})

    assert accepted.status_code == 202
    assert accepted.json()["source_id"] == source_id
    until(lambda: api.get(accepted.headers["location"]).json()["status"] == "done")
    assert api.get(path).status_code == 404
    assert api.get("/flows", params={"source_id": source_id}).json() == []


def test_an_object_with_slashes_in_its_id_is_deleted(api: httpx.Client) -> None:
    """`instances` at the end of a path is the list of instances, in DELETE too."""
    object_id = f"a/b {uuid4()}/c"
    body = {"id": object_id, "get_urls": [{"label": "mine", "url": "https://a.example/b"}]}
    assert api.post("/objects", json=body).status_code == 201
    path = f"/objects/{object_id.replace('/', '%2F').replace(' ', '%20')}"
    assert api.get(path).status_code == 200

    assert api.delete(path).status_code == 204

    assert api.get(path).status_code == api.delete(path).status_code == 404


def test_an_allocated_object_is_released(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    (object_id,) = uploaded(api, flow)

    assert api.delete(f"/objects/{object_id}").status_code == 204

    posted = api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    assert posted.status_code == 400


@pytest.fixture
def profile(api: httpx.Client) -> Json:
    flow = a_video_flow_body()
    technical = {each: flow[each] for each in TECHNICAL if each in flow}
    body = {"id": str(uuid4()), "flow_metadata": technical}
    made = api.post(f"/service/profiles/{body['id']}", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


TECHNICAL = ("format", "codec", "container", "essence_parameters")


def test_a_profile_goes_once_no_flow_uses_it(api: httpx.Client, make: Maker, profile: Json) -> None:
    linked = {"profile_id": profile["id"], **dict.fromkeys(TECHNICAL)}
    flow = make.flow(**linked)
    path = f"/service/profiles/{profile['id']}"

    refused = api.delete(path)
    assert refused.status_code == 409
    assert flow["id"] in refused.json()["summary"]
    assert api.get(path).status_code == 200
    assert api.delete(f"/flows/{flow['id']}").status_code == 204
    assert api.delete(path).status_code == 204

    assert api.get(path).status_code == api.delete(path).status_code == 404
    ids = {"id": str(uuid4()), "source_id": str(uuid4())}
    body = {"profile_id": profile["id"], **ids}
    assert api.put(f"/flows/{ids['id']}", json=body).status_code == 400


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("/objects/{object}", {"cascade": "yes"}, "must be true or false"),
        ("/objects/{object}", {"soft_delete": "true"}, "no recycle bin"),
        ("/service/profiles/{profile}", {"cascade": "true"}, "unlink"),
        ("/service/profiles/{profile}", {"soft_delete": "true"}, "does not keep Profiles"),
        ("/service/profiles/{profile}", {"force": "true"}, "unknown query parameter"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    api: httpx.Client, make: Maker, profile: Json, path: str, query: dict[str, str], told: str
) -> None:
    flow = make.flow()
    (post,) = make.segments(flow["id"], 1)
    named = path.format(object=post["object_id"], profile=profile["id"])

    refused = api.delete(named, params=query)

    assert refused.status_code == 400
    assert told in refused.json()["summary"]
    assert api.get(named).status_code == 200
