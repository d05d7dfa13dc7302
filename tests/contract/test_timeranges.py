"""TIM: timeranges, as clients write them and as responses show them."""

import httpx
import pytest

from tams.timing import TimeRange
from tests.contract.steps import Json, added, flow_of, post, segment, segments_of, timeranges
from tests.maker import Maker


@pytest.fixture
def object_id(make: Maker, flow: Json) -> str:
    return make.objects(flow["id"], 1)[0]


def stored(api: httpx.Client, flow: Json, object_id: str, timerange: str) -> str | None:
    """As it is read back; None when it is refused."""
    response = post(api, flow, {"object_id": object_id, "timerange": timerange})
    if response.status_code == 400:
        return None
    assert response.status_code == 201, response.text
    return str(segments_of(api, flow)[-1]["timerange"])


def found(api: httpx.Client, flow: Json, timerange: str) -> list[str]:
    return timeranges(segments_of(api, flow, timerange=timerange))


@pytest.mark.parametrize(
    "bad", ["[0:0_1:0_2:0)", "[[0:0_1:0)", "0:0-1:0", "[0:0 1:0)", "{0:0_1:0}", "__", "[0:0_1:0)x"]
)
def test_TIM_7_what_has_another_shape_is_no_timerange(
    api: httpx.Client, flow: Json, object_id: str, bad: str
) -> None:
    assert stored(api, flow, object_id, bad) is None
    path = f"/flows/{flow['id']}/segments"
    assert api.get(path, params={"timerange": bad}).status_code == 400
    assert api.delete(path, params={"timerange": bad}).status_code == 400


@pytest.fixture
def ten(api: httpx.Client, flow: Json, object_id: str) -> str:
    """The timerange of the Flow's one Segment."""
    added(api, flow, segment(object_id, 0, 10))
    return "[0:0_10:0)"


@pytest.mark.parametrize(
    ("timerange", "overlaps"),
    [
        ("[9:999999999_20:0)", True),
        ("[10:0_20:0)", False),
        ("(9:999999999_20:0)", True),
        ("[-5:0_0:0]", True),
        ("[-5:0_0:0)", False),
    ],
)
def test_TIM_8_square_brackets_include_a_bound_and_round_ones_do_not(
    api: httpx.Client, flow: Json, ten: str, timerange: str, overlaps: bool
) -> None:
    assert found(api, flow, timerange) == ([ten] if overlaps else [])


@pytest.mark.parametrize(
    ("timerange", "overlaps"),
    [("[5:0_", True), ("_5:0)", True), ("(5:0_", True), ("[10:0_", False), ("_0:0)", False)],
)
def test_TIM_9_a_missing_bound_is_infinitely_far(
    api: httpx.Client, flow: Json, ten: str, timerange: str, overlaps: bool
) -> None:
    assert found(api, flow, timerange) == ([ten] if overlaps else [])


@pytest.mark.parametrize("timerange", ["[_]", "(_)", "[_)", "_", "(_", "_]", "[5:0_)", "[5:0_]"])
def test_TIM_10_a_bracket_beside_a_missing_bound_means_nothing(
    api: httpx.Client, flow: Json, ten: str, timerange: str
) -> None:
    assert found(api, flow, timerange) == [ten]


def test_TIM_11_all_of_time_is_an_underscore(api: httpx.Client, flow: Json, ten: str) -> None:
    assert found(api, flow, "_") == [ten]
    assert str(TimeRange.parse("[_)")) == "_"


def test_TIM_12_no_time_at_all_is_a_pair_of_brackets(
    api: httpx.Client, flow: Json, ten: str, make: Maker
) -> None:
    assert found(api, flow, "()") == []
    empty = make.flow()
    assert flow_of(api, empty, include_timerange="true")["timerange"] == "()"


@pytest.mark.parametrize("timerange", ["[5:0_3:0)", "[5:0_5:0)", "(5:0_5:0]", "(5:0_5:0)"])
def test_TIM_13_what_ends_before_it_begins_is_empty(
    api: httpx.Client, flow: Json, ten: str, timerange: str
) -> None:
    assert found(api, flow, timerange) == []
    delete = api.delete(f"/flows/{flow['id']}/segments", params={"timerange": timerange})
    assert delete.status_code == 204
    assert found(api, flow, "_") == [ten]


@pytest.mark.parametrize("timerange", ["[5:0]", "[5:0_5:0]", "5:0"])
def test_TIM_14_an_instant_has_three_spellings(
    api: httpx.Client, make: Maker, flow: Json, ten: str, timerange: str
) -> None:
    assert found(api, flow, timerange) == [ten]
    other = make.flow()
    (object_id,) = make.objects(other["id"], 1)
    if timerange != "5:0":
        assert stored(api, other, object_id, timerange) == "[5:0]"


@pytest.mark.parametrize("timerange", ["(5:0)", "[5:0)", "(5:0]"])
def test_TIM_15_a_single_timestamp_that_is_excluded_is_no_time(
    api: httpx.Client, make: Maker, flow: Json, ten: str, timerange: str
) -> None:
    other = make.flow()
    (object_id,) = make.objects(other["id"], 1)

    assert found(api, flow, timerange) == []
    assert stored(api, other, object_id, timerange) is None


def test_TIM_16_two_bounds_without_brackets_are_included(
    api: httpx.Client, flow: Json, ten: str
) -> None:
    assert found(api, flow, "-5:0_0:0") == [ten]
    assert found(api, flow, "9:999999999_20:0") == [ten]
    assert found(api, flow, "10:0_20:0") == []


@pytest.mark.parametrize("timerange", ["", "[]", "[)", "("])
def test_TIM_17_nothing_between_the_brackets_is_no_time_and_not_all_of_it(
    api: httpx.Client, flow: Json, ten: str, timerange: str
) -> None:
    path = f"/flows/{flow['id']}/segments"

    assert found(api, flow, timerange) == []
    assert api.delete(path, params={"timerange": timerange}).status_code == 204
    assert found(api, flow, "_") == [ten]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("[0:0_1:0)", "[1:0_2:0)", False),
        ("[0:0_1:0]", "[1:0_2:0)", True),
        ("[0:0_1:0)", "[1:0]", False),
        ("[0:0_1:0]", "[1:0]", True),
        ("[0:0_3:0)", "[1:0_2:0)", True),
        ("[0:0_1:0]", "[1:1_2:0)", False),
        ("[1:0_2:0)", "[0:0_1:0]", True),
    ],
)
def test_TIM_18_timeranges_overlap_when_they_share_an_instant(
    api: httpx.Client, make: Maker, flow: Json, first: str, second: str, overlap: bool
) -> None:
    one, other = make.objects(flow["id"], 2)
    added(api, flow, {"object_id": one, "timerange": first})

    assert found(api, flow, second) == ([first] if overlap else [])
    assert (stored(api, flow, other, second) is None) is overlap


@pytest.mark.parametrize("timerange", ["(10:0_", "(10:0_20:0)", "_0:0)", "()"])
def test_TIM_18_a_bound_that_is_left_out_is_not_shared(
    api: httpx.Client, flow: Json, object_id: str, timerange: str
) -> None:
    added(api, flow, {"object_id": object_id, "timerange": "[0:0_10:0]"})

    assert found(api, flow, timerange) == []


def test_TIM_19_an_offset_moves_both_bounds_and_keeps_the_brackets(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    body = {"object_id": object_id, "timerange": "[10:5_12:0]", "ts_offset": "10:0"}
    added(api, flow, body)

    (listed,) = segments_of(api, flow, include_object_timerange="true")

    assert listed["object_timerange"] == "[0:5_2:0]"


def test_TIM_20_a_bound_that_is_included_is_not_within_one_that_is_not(
    api: httpx.Client, make: Maker, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 0, 1))
    other = make.flow()

    assert stored(api, other, object_id, "[0:0_1:0]") is None
    path = f"/flows/{flow['id']}/segments"
    api.delete(path, params={"timerange": "(0:0_1:0)"})
    assert found(api, flow, "_") == ["[0:0_1:0)"]
    api.delete(path, params={"timerange": "[0:0_1:0]"})
    assert found(api, flow, "_") == []


def test_TIM_21_a_flow_spans_its_segments_whatever_the_gaps(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    first, last = make.objects(flow["id"], 2)

    added(
        api,
        flow,
        {"object_id": last, "timerange": "[20:0_21:0]"},
        {"object_id": first, "timerange": "[5:0_6:0)"},
    )

    assert flow_of(api, flow, include_timerange="true")["timerange"] == "[5:0_21:0]"


def test_TIM_22_nothing_lies_between_segments_that_touch(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    first, second, third = make.objects(flow["id"], 3)
    added(api, flow, segment(first, 0, 2), segment(second, 2, 4))

    assert stored(api, flow, third, "[2:0]") is None
    assert found(api, flow, "(1:999999999_2:0)") == ["[0:0_2:0)"]


def test_TIM_22_there_is_time_between_two_nanoseconds(
    api: httpx.Client, flow: Json, ten: str
) -> None:
    between = "(1:0_1:1)"

    assert found(api, flow, between) == [ten]
    query = {"source_id": flow["source_id"], "timerange": between}
    assert [each["id"] for each in api.get("/flows", params=query).json()] == [flow["id"]]
    assert flow_of(api, flow, include_timerange="true", timerange=between)["timerange"] == ten
