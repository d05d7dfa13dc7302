"""Any part of a Flow can be exported, whatever its codec: the decoder gets the container's parameters."""

import os
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cli.mastering import mastering_of
from local.stack import Stack
from tests.cli.command import flow, ingest, tams
from tests.cli.made_media import make

STRETCH = "[0:310000000_1:310000000)"
"""1 s that begins between two frames, while the earlier one is on show."""

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
        times = [frame.time for frame in container.decode(video=0)]
    assert len(times) == 26
    assert [round(1000 * each) for each in (*times[:3], times[-1])] == [0, 10, 50, 970]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_stretch_lasts_as_long_as_asked(stack: Stack, tmp_path: Path, suffix: str) -> None:
    source = make(tmp_path / "in.mp4", video="libx264")
    picture = ingest(stack, source)["flow_ids"]["video"]

    target = tmp_path / f"out.{suffix}"
    tams(stack, "export", picture, str(target), "--timerange", "[0:510000000_0:530000000)")

    with av.open(str(target)) as container:
        packets = [each for each in container.demux(video=0) if each.size]
        duration = container.duration
    assert len(packets) == 2
    assert duration is not None
    assert abs(duration - 20_000) <= 1_000


def test_a_stretch_keeps_the_static_metadata_of_hdr10(stack: Stack, tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    with av.open(str(source), "w") as output:
        stream: Any = output.add_stream("libx265", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p10le"
        stream.options = {
            "x265-params": f"log-level=error:master-display={display}:max-cll=1000,400"
        }
        for number in range(50):
            pixels = np.full((96, 160, 3), number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p10le")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    picture = ingest(stack, source)["flow_ids"]["video"]

    target = tmp_path / "out.mp4"
    tams(stack, "export", picture, str(target), "--timerange", STRETCH)

    assert (
        mastering(target) == mastering(source) == (f"master-display={display}", "max-cll=1000,400")
    )


def mastering(path: Path) -> tuple[str, ...]:
    with av.open(str(path)) as container:
        return mastering_of(next(container.decode(video=0)))


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
