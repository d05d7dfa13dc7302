"""TIM: timestamps, exact and without a timescale; how times are written in responses."""

import httpx
import pytest

from tams.timing import TimeRange
from tests.contract.conftest import AT_ONCE_SEGMENTS
from tests.contract.steps import Json, added, post, segment, segments_of, timeranges
from tests.maker import Maker

PTP_SECONDS = 2**48 - 1
"""The last second that a timestamp of PTP can name."""


@pytest.fixture
def object_id(make: Maker, flow: Json) -> str:
    return make.objects(flow["id"], 1)[0]


def found(api: httpx.Client, flow: Json, timerange: str) -> list[str]:
    return timeranges(segments_of(api, flow, timerange=timerange))


@pytest.mark.parametrize(
    "bad", ["0:05", "00:0", "1:1000000000", "1.5", "1", ":5", "1:", "+1:0", " 1:0", "1:0 ", "1:-5"]
)
def test_TIM_1_a_timestamp_is_seconds_and_nanoseconds_and_nothing_else(
    api: httpx.Client, flow: Json, object_id: str, bad: str
) -> None:
    for body in (
        {"object_id": object_id, "timerange": f"[{bad}_9:0)"},
        segment(object_id, 0, 1, ts_offset=bad),
        segment(object_id, 0, 1, last_duration=bad),
    ):
        assert post(api, flow, body).status_code == 400
    response = api.get(f"/flows/{flow['id']}/segments", params={"timerange": f"[{bad}_9:0)"})
    assert response.status_code == 400


def test_TIM_2_a_sign_is_that_of_the_whole(api: httpx.Client, flow: Json, object_id: str) -> None:
    added(api, flow, {"object_id": object_id, "timerange": "[-1:500000000_-0:800000000)"})

    assert found(api, flow, "[-1:400000000]") == ["[-1:500000000_-0:800000000)"]
    assert found(api, flow, "[-1:600000000]") == []
    assert found(api, flow, "[-0:900000000_-0:850000000]") == ["[-1:500000000_-0:800000000)"]
    assert found(api, flow, "[-0:800000000_0:0]") == []


def test_TIM_3_the_part_after_the_colon_is_nanoseconds(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, {"object_id": object_id, "timerange": "[1:40000000_1:400000000)"})

    assert found(api, flow, "[1:4]") == []
    assert found(api, flow, "[1:39999999]") == []
    assert found(api, flow, "[1:40000000]") == ["[1:40000000_1:400000000)"]
    assert found(api, flow, "[1:399999999]") == ["[1:40000000_1:400000000)"]


def test_TIM_4_nanoseconds_are_exact(api: httpx.Client, make: Maker, flow: Json) -> None:
    first, second = make.objects(flow["id"], 2)
    now = "[1795176000:123456789_1795176000:123456791)"
    added(api, flow, {"object_id": first, "timerange": now})
    added(api, flow, {"object_id": second, "timerange": "[1795176000:123456791]"})

    assert found(api, flow, "[1795176000:123456790]") == [now]
    assert found(api, flow, "[1795176000:123456791]") == ["[1795176000:123456791]"]


def test_TIM_4_a_query_may_name_any_time_of_ptp(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 0, 1))

    everything = f"[-{PTP_SECONDS}:999999999_{PTP_SECONDS}:999999999]"
    assert found(api, flow, everything) == ["[0:0_1:0)"]
    assert found(api, flow, f"[{PTP_SECONDS}:0]") == []
    assert found(api, flow, f"[-{PTP_SECONDS}:0]") == []
    assert TimeRange.parse(f"[{PTP_SECONDS}:999999999]").start_ns == 2**48 * 10**9 - 1


@pytest.mark.parametrize(
    "timerange",
    [
        "[9223372036:854775807_9223372036:854775809)",
        "[-9223372036:854775810_-9223372036:854775808)",
        f"[{PTP_SECONDS}:0_{PTP_SECONDS}:999999999)",
        f"[-{PTP_SECONDS}:999999999_-{PTP_SECONDS}:0)",
    ],
)
def test_TIM_4_a_segment_may_be_at_any_time_of_ptp(
    api: httpx.Client, flow: Json, object_id: str, timerange: str
) -> None:
    response = post(api, flow, {"object_id": object_id, "timerange": timerange})

    assert response.status_code == 201, response.text
    assert found(api, flow, timerange) == [timerange]


def test_TIM_5_zero_has_no_sign(api: httpx.Client, flow: Json, object_id: str) -> None:
    body = {"object_id": object_id, "timerange": "[-0:0_1:0)", "last_duration": "-0:0"}

    added(api, flow, {**body, "ts_offset": "-0:0"})

    (listed,) = segments_of(api, flow, timerange="[-0:0]")
    assert listed["timerange"] == "[0:0_1:0)"
    assert listed.get("ts_offset", "0:0") == listed["last_duration"] == "0:0"


def test_TIM_6_an_offset_may_be_negative_and_a_duration_may_not(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    assert post(api, flow, segment(object_id, 0, 1, last_duration="-0:1")).status_code == 400
    added(api, flow, segment(object_id, 0, 1, ts_offset="-10:500000000"))

    (listed,) = segments_of(api, flow, include_object_timerange="true")
    assert listed["ts_offset"] == "-10:500000000"
    assert listed["object_timerange"] == "[10:500000000_11:500000000)"


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("[5:0_5:0]", "[5:0]"),
        ("[0:0_1:0)", "[0:0_1:0)"),
        ("[0:0_1:0]", "[0:0_1:0]"),
        ("[-0:0_1:0)", "[0:0_1:0)"),
    ],
)
def test_TIM_23_timeranges_are_answered_in_one_spelling(
    api: httpx.Client, flow: Json, object_id: str, given: str, answered: str
) -> None:
    added(api, flow, {"object_id": object_id, "timerange": given})

    assert timeranges(segments_of(api, flow)) == [answered]


@pytest.mark.parametrize("query", ["%5B0:0_8:0)", "%5B0%3A0_8%3A0%29", "[0:0_8:0)"])
def test_TIM_25_a_timerange_is_understood_however_it_is_escaped(
    api: httpx.Client, flow: Json, object_id: str, query: str
) -> None:
    added(api, flow, segment(object_id, 0, 10))

    response = api.get(f"/flows/{flow['id']}/segments?timerange={query}")

    assert timeranges(response.json()) == ["[0:0_10:0)"]


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("[_]", "_"),
        ("[2:0_)", "[2:0_"),
        ("(_100:0]", "_100:0]"),
        ("0:0_100:0", "[0:0_100:0]"),
        ("[0:0_100:0)", "[0:0_100:0)"),
    ],
)
def test_TIM_23_an_open_end_is_answered_without_a_bracket(
    api: httpx.Client, make: Maker, flow: Json, given: str, answered: str
) -> None:
    make.segments(flow["id"], AT_ONCE_SEGMENTS + 2)

    accepted = api.delete(f"/flows/{flow['id']}/segments", params={"timerange": given})

    assert accepted.status_code == 202
    assert accepted.json()["timerange_to_delete"] == answered


@pytest.mark.parametrize(
    ("asked", "spanned"), [("[5:0]", "[5:0]"), ("[6:0_", "()"), ("_", "[5:0]"), ("_5:0)", "()")]
)
def test_TIM_23_an_instant_and_no_time_have_their_short_forms(
    api: httpx.Client, flow: Json, object_id: str, asked: str, spanned: str
) -> None:
    added(api, flow, {"object_id": object_id, "timerange": "[5:0_5:0]"})

    response = api.get(f"/flows/{flow['id']}/segments", params={"timerange": asked})

    assert response.headers["X-Paging-Timerange"] == spanned


def test_TIM_26_timestamps_are_not_converted(api: httpx.Client, flow: Json, object_id: str) -> None:
    leap_second = "[1483228836:0_1483228837:0)"  # TAI at the end of 2016, when UTC stood still

    added(api, flow, {"object_id": object_id, "timerange": leap_second})

    assert found(api, flow, "[1483228836:500000000]") == [leap_second]
    assert found(api, flow, "[1483228799:500000000]") == []


def test_TIM_24_times_of_a_segment_come_back_as_they_went_in(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    times = {
        "timerange": "[1:41666667_1:83333333)",
        "ts_offset": "-0:1",
        "object_timerange": "[1:41666668_1:83333335]",
        "last_duration": "0:41666667",
    }

    added(api, flow, {"object_id": object_id, **times})

    (listed,) = segments_of(api, flow, include_object_timerange="true")
    assert {name: listed[name] for name in times} == times
