"""Test data: complete and ordinary, except for what a test specifies."""

from typing import Any

from tams.models.flow import Flow, parse_flow

FLOW_ID = "4f1b4bd0-2c6f-4a0f-8f06-0a3c6bd0f7a1"
SOURCE_ID = "8d5a1c3e-2b7f-4f5e-9c2d-7e6b5a4c3d2e"


def a_video_flow_body(*, init_segments: bool | None = None, **fields: Any) -> dict[str, Any]:
    """The body of a PUT of a 720p25 H.264 Flow in MPEG-TS."""
    essence: dict[str, Any] = {
        "frame_width": 1280,
        "frame_height": 720,
        "frame_rate": {"numerator": 25, "denominator": 1},
    }
    if init_segments is not None:
        essence["init_segments"] = init_segments
    return {
        "id": FLOW_ID,
        "source_id": SOURCE_ID,
        "format": "urn:x-nmos:format:video",
        "codec": "video/h264",
        "container": "video/mp2t",
        "essence_parameters": essence,
        **fields,
    }


def an_audio_flow_body(**fields: Any) -> dict[str, Any]:
    """The body of a PUT of a 48 kHz stereo AAC Flow in MPEG-TS."""
    return {
        "id": FLOW_ID,
        "source_id": SOURCE_ID,
        "format": "urn:x-nmos:format:audio",
        "codec": "audio/aac",
        "container": "video/mp2t",
        "essence_parameters": {"sample_rate": 48000, "channels": 2},
        **fields,
    }


def a_multi_flow_body(**fields: Any) -> dict[str, Any]:
    return {
        "id": FLOW_ID,
        "source_id": SOURCE_ID,
        "format": "urn:x-nmos:format:multi",
        **fields,
    }


def a_video_flow(**fields: Any) -> Flow:
    return parse_flow(a_video_flow_body(**fields))
