"""What TAMS can say of picture and sound is said, and exports keep it."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.codec.context import Flags
from av.video.frame import VideoFrame

from cli.probe import probe
from local.stack import Stack
from tests.cli.command import flow, ingest, tams
from tests.cli.made_media import make

BT709, BT470BG, BT2020, PQ, HLG = 1, 5, 9, 16, 18


def picture(
    path: Path,
    encoder: str = "libx264",
    *,
    pix_fmt: str = "yuv420p",
    colour: tuple[int, int] | None = None,
    interlaced: str | None = None,
) -> Path:
    """2 s; `colour` are primaries and transfer, `interlaced` is `top` or `bottom`, the earlier field."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(encoder, rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, pix_fmt
        context = stream.codec_context
        context.gop_size, context.max_b_frames = 10, 0
        if colour is not None:
            context.color_primaries, context.color_trc = colour
            context.colorspace = colour[0]
        if interlaced:
            context.flags |= Flags.interlaced_dct | Flags.interlaced_me
            if encoder == "libx264":
                stream.options = {"x264-params": "tff=1" if interlaced == "top" else "bff=1"}
        if encoder == "libx265":
            stream.options = {"x265-params": "log-level=error:keyint=10"}
        for number in range(50):
            image = np.full((96, 160, 3), number * 5, np.uint8)
            frame = VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


LOOKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "libx265",
        {"pix_fmt": "yuv420p10le", "colour": (BT2020, PQ)},
        {"bit_depth": 10, "colorspace": "BT2100", "transfer_characteristic": "PQ"},
    ),
    (
        "libx265",
        {"pix_fmt": "yuv422p10le", "colour": (BT2020, HLG)},
        {
            "colorspace": "BT2100",
            "transfer_characteristic": "HLG",
            "horiz_chroma_subs": 2,
            "vert_chroma_subs": 1,
        },
    ),
    (
        "libx264",
        {"colour": (BT709, BT709)},
        {
            "bit_depth": 8,
            "colorspace": "BT709",
            "transfer_characteristic": "SDR",
            "component_type": "YCbCr",
            "interlace_mode": "progressive",
        },
    ),
    ("libx264", {"colour": (BT470BG, 6)}, {"colorspace": "BT601"}),
    ("libx264", {"interlaced": "bottom"}, {"interlace_mode": "interlaced_bff"}),
]


@pytest.mark.parametrize(("encoder", "how", "said"), LOOKS)
def test_a_flow_says_how_its_picture_looks_and_a_stretch_keeps_it(
    stack: Stack, tmp_path: Path, encoder: str, how: dict[str, Any], said: dict[str, Any]
) -> None:
    path = picture(tmp_path / "in.mp4", encoder, **how)

    flow_id = ingest(stack, path, "--again")["flow_ids"]["video"]

    essence = flow(stack, flow_id)["essence_parameters"]
    assert essence | said == essence
    target = tmp_path / "stretch.mp4"
    text = tams(stack, "export", flow_id, str(target), "--timerange", "[0:100000000_1:100000000)")
    assert "note: the picture is re-encoded as H.26" in text
    assert "because the timerange starts or ends inside a Segment" in text
    (came,) = probe(target)
    assert came.essence | said == came.essence


def test_colours_that_a_stream_does_not_state_are_left_out(tmp_path: Path) -> None:
    (track,) = probe(picture(tmp_path / "in.mp4"))

    assert "colorspace" not in track.essence
    assert "transfer_characteristic" not in track.essence


@pytest.mark.parametrize(
    ("encoder", "suffix", "sample_format", "bits"),
    [("flac", "flac", "s32", 24), ("flac", "mkv", "s16", 16), ("alac", "m4a", "s32p", 24)],
)
def test_lossless_sound_says_its_depth_and_stays_lossless_in_a_stretch(
    stack: Stack, tmp_path: Path, encoder: str, suffix: str, sample_format: str, bits: int
) -> None:
    path = tmp_path / f"in.{suffix}"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(encoder, rate=48_000)
        stream.format, stream.layout = sample_format, "mono"
        for start in range(0, 96_000, 1_000):
            ramp = np.arange(start, start + 1_000, dtype=np.int32) << 12
            samples = ramp if "32" in sample_format else (ramp >> 16).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples[None], format=sample_format, layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    flow_id = ingest(stack, path, "--again")["flow_ids"]["audio"]

    assert flow(stack, flow_id)["essence_parameters"]["bit_depth"] == bits
    target = tmp_path / "stretch.mp4"
    text = tams(stack, "export", flow_id, str(target), "--timerange", "[0:310000000_1:310000000)")
    assert "re-encoded as FLAC, without loss" in text
    assert np.array_equal(samples_of(target), samples_of(path)[14_880:62_880])


def samples_of(path: Path) -> Any:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def test_a_file_that_cannot_hold_the_codec_gets_another_and_a_note(
    stack: Stack, tmp_path: Path
) -> None:
    path = make(tmp_path / "in.webm", video="libvpx", audio="vorbis")
    outcome = ingest(stack, path)

    as_is = tams(stack, "export", outcome["multi_flow_id"], str(tmp_path / "out.mkv"))
    text = tams(stack, "export", outcome["multi_flow_id"], str(tmp_path / "out.mp4"))

    assert "note:" not in as_is
    assert "the picture is re-encoded as H.264, because mp4 cannot hold vp8" in text


def test_a_language_goes_in_and_comes_out(stack: Stack, tmp_path: Path) -> None:
    path, whole = tmp_path / "in.mp4", make(tmp_path / "whole.mp4", audio="aac")
    with av.open(str(whole)) as source, av.open(str(path), "w") as output:
        for language in ("deu", "fra"):
            output.add_stream_from_template(source.streams.audio[0]).metadata["language"] = language
        for packet in source.demux(audio=0):
            if packet.pts is not None:
                for each in output.streams.audio:
                    packet.stream = each
                    output.mux(packet)
    outcome = ingest(stack, path)

    tags = [flow(stack, each)["tags"] for each in outcome["flow_ids"].values()]
    assert [each["language_code"] for each in tags] == ["deu", "fra"]
    for suffix, timerange in (("mp4", "_"), ("mkv", "[0:100000000_1:0)")):
        target = tmp_path / f"out.{suffix}"
        tams(stack, "export", outcome["multi_flow_id"], str(target), "--timerange", timerange)
        with av.open(str(target)) as container:
            assert [each.language for each in container.streams.audio] == ["deu", "fra"]
