"""What reading and writing cost in requests to VAST, which is what takes their time."""

import httpx

from tests.maker import Maker
from tests.waiting import until
from vastlocal.control import Control


def test_reading_and_writing_keep_to_their_round_trips(
    api: httpx.Client, make: Maker, vast: Control
) -> None:
    """Begin and commit included: a Flow 3, a window 4, a POST 9, or 8 to append."""
    flow = make.flow()
    make.segments(flow["id"], 40)
    objects = make.objects(flow["id"], 100)
    posts = [
        {"object_id": object_id, "timerange": f"[{200 + n}:0_{201 + n}:0)"}
        for n, object_id in enumerate(objects)
    ]

    vast.reset()
    assert api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201
    writing = [each for each in transactions(vast) if each.get("insert_rows") == 2]
    assert 8 in [sum(each.values()) for each in writing]

    amid = [{"object_id": make.objects(flow["id"], 1)[0], "timerange": "[150:0_151:0)"}]
    vast.reset()
    assert api.post(f"/flows/{flow['id']}/segments", json=amid).status_code == 201
    writing = [each for each in transactions(vast) if each.get("insert_rows") == 2]
    assert 9 in [sum(each.values()) for each in writing]

    vast.reset()
    assert api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201
    until(
        lambda: {"begin": 1, "query_rows": 3, "commit": 1} in transactions(vast)
    )  # nothing is written

    vast.reset()
    assert api.get(f"/flows/{flow['id']}").status_code == 200
    until(
        lambda: {"begin": 1, "query_rows": 1, "commit": 1} in transactions(vast)
    )  # nothing collects it

    path, window = f"/flows/{flow['id']}/segments", {"timerange": "[10:0_70:0)"}
    vast.reset()
    assert len(api.get(path, params=window).json()) == 30
    until(lambda: {"begin": 1, "query_rows": 2, "commit": 1} in transactions(vast))


def transactions(vast: Control) -> list[dict[str, int]]:
    return [dict(each) for each in vast.counters().transactions.values()]
