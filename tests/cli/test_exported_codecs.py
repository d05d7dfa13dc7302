"""Any part of a Flow can be exported, whatever its codec: the decoder gets the container's parameters."""

import os
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from local.stack import Stack
from tests.cli.command import flow, ingest, tams
from tests.cli.made_media import make

STRETCH = "[0:310000000_1:310000000)"
"""1 s that begins between two frames."""

PICTURE = [
    ("ffv1", "mkv", "yuv420p"),
    ("mjpeg", "avi", "yuvj420p"),
    ("prores_ks", "mov", "yuv422p10le"),
    ("rawvideo", "mov", "uyvy422"),
    ("v210", "mov", "yuv422p10le"),
    ("libvpx", "webm", "yuv420p"),
]


def sound(path: Path) -> tuple[str, Any]:
    """The codec, and the samples of the first channel, decoded."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = [frame.to_ndarray() for frame in container.decode(stream)]
        return stream.codec_context.name, np.concatenate(frames, axis=1)


@pytest.mark.parametrize(("encoder", "suffix", "pix_fmt"), PICTURE)
def test_a_stretch_of_picture_has_its_frames(
    stack: Stack, tmp_path: Path, encoder: str, suffix: str, pix_fmt: str
) -> None:
    source = make(tmp_path / f"in.{suffix}", video=encoder, pix_fmt=pix_fmt)
    picture = ingest(stack, source)["flow_ids"]["video"]

    target = tmp_path / "out.mp4"
    tams(stack, "export", picture, str(target), "--timerange", STRETCH)

    with av.open(str(target)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 25


@pytest.mark.parametrize("channels", ["stereo", "4.0", "7.1"])
def test_samples_survive_a_container_that_rounds_times_to_milliseconds(
    stack: Stack, tmp_path: Path, channels: str
) -> None:
    source = make(tmp_path / "in.mkv", audio="pcm_s24le", layout=channels)
    flow_id = ingest(stack, source)["flow_ids"]["audio"]

    target = tmp_path / "out.mov"
    tams(stack, "export", flow_id, str(target), "--timerange", "[0:310000000_1:310000000)")

    with av.open(str(target)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 48_000


@pytest.mark.parametrize(
    ("encoder", "suffix"),
    [("aac", "mp4"), ("libmp3lame", "mp3"), ("flac", "flac"), ("libopus", "webm")],
)
@pytest.mark.parametrize("timerange", ["_", STRETCH])
def test_wav_holds_samples_whatever_the_flow_is_coded_as(
    stack: Stack, tmp_path: Path, encoder: str, suffix: str, timerange: str
) -> None:
    source = make(tmp_path / f"in.{suffix}", audio=encoder)
    flow_id = ingest(stack, source)["flow_ids"]["audio"]

    target = tmp_path / "out.wav"
    tams(stack, "export", flow_id, str(target), "--timerange", timerange)

    codec, samples = sound(target)
    assert codec == "pcm_s16le"
    seconds = samples.shape[1] / 2 / 48_000
    assert seconds == 1 if timerange == STRETCH else abs(seconds - 2) < 0.1


def test_a_name_that_is_not_utf_8_becomes_a_label(stack: Stack, tmp_path: Path) -> None:
    named = tmp_path / os.fsdecode(b"bad\xff.wav")
    make(tmp_path / "in.wav", audio="pcm_s16le", seconds=1).rename(named)

    outcome = ingest(stack, named)

    assert flow(stack, outcome["multi_flow_id"])["label"] == "bad\ufffd.wav"
