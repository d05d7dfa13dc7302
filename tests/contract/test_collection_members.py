"""/collections/{collectionId}/members: an extension beside TAMS 8.2."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.contract.collecting import MAPPING, create, flow_collection, ids
from tests.maker import Maker, all_pages


def test_members_are_added_moved_and_removed(api: httpx.Client, make: Maker) -> None:
    a, b, c = (make.flow()["id"] for _ in range(3))
    made = create(api)
    path = f"/collections/{made['id']}/members"

    last = api.post(path, json={"id": a, "role": "x"})
    assert last.status_code == 201
    assert last.json() == {"id": a, "role": "x", "position": 0}
    assert last.headers["Location"] == str(api.base_url.join(f"{path}/{a}"))
    assert api.get(last.headers["Location"]).json() == last.json()
    assert api.post(path, json={"id": b}).json()["position"] == 1
    assert api.post(path, json={"id": c, "position": 0}).status_code == 201
    assert ids(api.get(path)) == [c, a, b]
    again = api.post(path, json={"id": a})
    assert (again.status_code, again.json()["type"]) == (409, "Conflict")
    moved = {"id": b, "role": "y", "container_mapping": MAPPING, "position": 0}
    assert api.put(f"{path}/{b}", json=moved).status_code == 204
    assert api.get(f"{path}/{b}").json() == moved
    assert api.put(f"{path}/{a}", json={}).status_code == 204
    assert api.delete(f"{path}/{c}").status_code == 204
    assert flow_collection(api, made) == [
        {"id": b, "role": "y", "container_mapping": MAPPING},
        {"id": a},
    ]
    for method in ("GET", "PUT", "DELETE"):
        body: Any = {} if method == "PUT" else None
        assert api.request(method, f"{path}/{c}", json=body).status_code == 404, method
    for wrong in ({"position": 2}, {"position": -1}, {"position": "0"}, {"id": c}, {"roles": "x"}):
        assert api.put(f"{path}/{a}", json=wrong).status_code == 400, wrong
    assert api.post(path, json={"id": c, "position": 3}).status_code == 400
    assert ids(api.get(path)) == [b, a]


def test_members_that_are_added_at_the_same_time_are_all_there(
    api: httpx.Client, make: Maker
) -> None:
    members = [make.flow() for _ in range(6)]
    made = create(api)
    path = f"/collections/{made['id']}/members"

    with ThreadPoolExecutor(len(members)) as pool:
        answers = list(pool.map(lambda it: api.post(path, json={"id": it["id"]}), members))

    assert [each.status_code for each in answers] == [201] * len(members)
    assert sorted(each.json()["position"] for each in answers) == list(range(len(members)))
    assert sorted(ids(api.get(path))) == sorted(each["id"] for each in members)


def test_members_are_paged_in_their_order(api: httpx.Client, make: Maker) -> None:
    members = [make.flow() for _ in range(5)]
    made = create(api, *members)
    path = f"/collections/{made['id']}/members"

    pages = all_pages(api, path, limit=2)

    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [(each["id"], each["position"]) for page in pages for each in page]
    assert listed == [(each["id"], at) for at, each in enumerate(members)]
    key = api.get(path, params={"limit": 2}).headers["X-Paging-NextKey"]
    api.delete(f"{path}/{members[1]['id']}")
    assert ids(api.get(path, params={"page": key})) == [each["id"] for each in members[2:]]
    assert api.get(path, params={"page": "x"}).status_code == 400
