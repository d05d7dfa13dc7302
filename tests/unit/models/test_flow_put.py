"""What a Flow's PUT means, and the rules that appear only in the specification's prose."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tams.errors import InvalidRequestError
from tams.models.flow import (
    AudioFlow,
    make_flow,
    parse_flow,
    parse_flow_put,
    technical_of,
)
from tams.models.flow_common import FlowManaged
from tams.timing import TimeRange

ID = "3b241101-e2bb-4255-8caf-4136c566a962"
SOURCE_ID = "3b241101-e2bb-4255-8caf-4136c566a963"
PROFILE_ID = "3b241101-e2bb-4255-8caf-4136c566a964"
RATE = {"numerator": 25}
COMMON: dict[str, Any] = {"id": ID, "source_id": SOURCE_ID}
PICTURE: dict[str, Any] = {"frame_width": 1920, "frame_height": 1080, "frame_rate": RATE}


def a_video(codec: str = "video/h264", **essence: Any) -> dict[str, Any]:
    return {
        **COMMON,
        "format": "urn:x-nmos:format:video",
        "codec": codec,
        "essence_parameters": {**PICTURE, **essence},
    }


def an_audio(codec: str = "audio/aac", **essence: Any) -> dict[str, Any]:
    return {
        **COMMON,
        "format": "urn:x-nmos:format:audio",
        "codec": codec,
        "essence_parameters": {"sample_rate": 48000, "channels": 2, **essence},
    }


YUYV = {"unc_type": "YUYV"}
PLANAR = {"unc_type": "planar"}

REFUSED: list[tuple[str, Any, str]] = [
    ("no object", [], "the body must be an object"),
    ("no id", {"source_id": SOURCE_ID}, "id: is required"),
    ("upper case id", a_video() | {"id": ID.upper()}, "id: must be a lower-case UUID"),
    ("no format", COMMON, "format: is required"),
    ("odd format", COMMON | {"format": ["x"]}, "format: must be one of urn:x-nmos:format:video"),
    ("null label", a_video() | {"label": None}, "label: must not be null"),
    ("numeric label", a_video() | {"label": 5}, "label: must be a string"),
    ("no Unicode", a_video() | {"label": "\ud800"}, "label: must be valid Unicode"),
    ("tag of a number", a_video() | {"tags": {"a": 5}}, "tags.a: must be a string or an array"),
    ("tag of numbers", a_video() | {"tags": {"a": ["b", 5]}}, "tags.a[1]: must be a string"),
    ("odd status", a_video() | {"status": "x"}, "status: must be one of 'awaiting_content'"),
    ("bit rate of text", a_video() | {"max_bit_rate": "5"}, "max_bit_rate: must be an integer"),
    ("negative bit rate", a_video() | {"avg_bit_rate": -1}, "avg_bit_rate: must be at least 0"),
    ("codec of two words", a_video("video h264"), "codec: must be a MIME type"),
    ("no width", a_video(frame_width=0), "essence_parameters.frame_width: must be greater than 0"),
    ("stray essence", a_video(x=1), "essence_parameters.x: is not a property of this schema"),
    ("vfr with a rate", a_video(vfr=True), "must not have frame_rate when vfr is true"),
    ("raw without depth", a_video("video/raw"), "essence_parameters.bit_depth is required"),
    (
        "raw without packing",
        a_video("video/raw", bit_depth=8),
        "essence_parameters.unc_parameters is required for video/raw",
    ),
    (
        "YUV without subsampling",
        a_video("video/raw", bit_depth=8, unc_parameters=YUYV, horiz_chroma_subs=2),
        "must have horiz_chroma_subs and vert_chroma_subs when unc_type is YUYV",
    ),
    (
        "raw audio without packing",
        an_audio("audio/x-raw-int", bit_depth=24),
        "essence_parameters.unc_parameters is required for audio/x-raw-int",
    ),
    (
        "float audio of 24 bits",
        an_audio("audio/x-raw-float", bit_depth=24, unc_parameters=PLANAR),
        "essence_parameters.bit_depth must be 32 or 64",
    ),
    (
        "init segments of stills",
        {
            **COMMON,
            "format": "urn:x-tam:format:image",
            "codec": "image/jpeg",
            "essence_parameters": {"frame_width": 1, "frame_height": 1, "init_segments": False},
        },
        "essence_parameters.init_segments: is not a property of this schema",
    ),
    ("itself", a_video() | {"flow_collection": [{"id": ID}]}, "must not collect itself"),
    ("odd profile", COMMON | {"profile_id": "x"}, "profile_id: must be a lower-case UUID"),
    ("null profile", a_video() | {"profile_id": None}, "profile_id: must be a lower-case UUID"),
    ("profile and codec", COMMON | {"profile_id": PROFILE_ID, "codec": "a/b"}, "codec: must not"),
    (
        "profile and all",
        a_video() | {"profile_id": PROFILE_ID},
        "format, codec, essence_parameters:",
    ),
    ("unlinked, undescribed", COMMON | {"profile_id": ""}, "format: is required"),
]


@pytest.mark.parametrize(
    ("body", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_put_is_refused_with_the_field_and_the_reason(body: object, reason: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        parse_flow_put(body)

    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        a_video(frame_rate={"numerator": 25.0, "x": None}),
        a_video() | {"unheard_of": None},
        a_video("video/raw", bit_depth=8, unc_parameters=PLANAR),
        a_video(
            "video/raw", bit_depth=8, unc_parameters=YUYV, horiz_chroma_subs=2, vert_chroma_subs=1
        ),
        an_audio("audio/x-raw-float", bit_depth=32, unc_parameters=PLANAR),
        COMMON | {"format": "urn:x-nmos:format:multi", "essence_parameters": {}},
        COMMON
        | {"format": "urn:x-nmos:format:data", "codec": "text/plain", "essence_parameters": {}},
    ],
    ids=["whole float", "extra", "planar", "YUV", "float audio", "multi", "data"],
)
def test_a_put_within_the_rules_is_accepted(body: object) -> None:
    assert parse_flow_put(body).technical is not None


def test_what_the_service_manages_is_dropped_unread() -> None:
    managed = {"created": 5, "metadata_updated": None, "segments_updated": "x"}

    put = parse_flow_put(a_video() | managed | {"timerange": "x", "collected_by": 5})

    assert put == parse_flow_put(a_video())


def test_a_flow_links_to_a_profile_or_leaves_it() -> None:
    linking = parse_flow_put(COMMON | {"profile_id": PROFILE_ID, "max_bit_rate": 5})
    leaving = parse_flow_put(a_video() | {"profile_id": ""})
    neither = parse_flow_put(a_video())

    assert (linking.profile_id, linking.technical, linking.unlinks) == (PROFILE_ID, None, False)
    assert linking.common.max_bit_rate == 5
    assert (leaving.profile_id, leaving.unlinks) == (None, True)
    assert (neither.profile_id, neither.unlinks) == (None, False)


def test_a_flow_is_put_together_from_its_parts() -> None:
    put = parse_flow_put(an_audio() | {"label": "Stereo"})
    assert put.technical is not None
    created = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    managed = FlowManaged(created=created, timerange=TimeRange.never(), profile_id=PROFILE_ID)

    flow = make_flow(put.common, put.technical, managed)

    assert isinstance(flow, AudioFlow)
    assert technical_of(flow) == put.technical
    told = {
        **an_audio(),
        "label": "Stereo",
        "created": "2024-05-06T07:08:09Z",
        "timerange": "()",
        "profile_id": PROFILE_ID,
    }
    assert flow.to_json() == told
    assert flow.to_document() == told | {"created": "2024-05-06T07:08:09.123456+00:00"}
    assert parse_flow(flow.to_document()) == flow
