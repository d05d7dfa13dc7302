"""Sound with any number of channels: ingested without a crash, exported to the sample with every channel."""

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.resampler import AudioResampler

from cli.layouts import channels_of, settle_layout
from local.stack import Stack
from tests.cli.command import flow, ingest, tams
from tests.cli.made_media import SAMPLE_RATE, make, tones

START, END = 12_345, 60_345
"""Samples of the stretch: 1 s, on the boundary of no Segment, packet or frame."""

STRETCH = f"[0:{START * 10**9 // SAMPLE_RATE}_1:{(END - SAMPLE_RATE) * 10**9 // SAMPLE_RATE})"


def decoded(path: Path) -> Any:
    """Samples of the first sound track as (channels, count)."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        settle_layout(stream.codec_context)
        channels = stream.codec_context.channels
        interleaved = AudioResampler(format=stream.format.packed)  # PyAV reads 8 planes at most
        frames = [
            each for frame in container.decode(stream) for each in interleaved.resample(frame)
        ]
    rows = [frame.to_ndarray().reshape(-1, channels).T for frame in frames]
    return np.concatenate(rows, axis=1)


LISTED = {"6.1": 125 << 16 | 7, "7.1": 128 << 16 | 8, "7.1(wide-side)": 126 << 16 | 8}
"""Layouts whose channels QuickTime orders in its own way, and its tags for them."""


def listed(path: Path, layout: str, **how: Any) -> Path:
    """PCM with such a layout: the tag takes the place of libavformat's bits in the `chan` box."""
    make(path, audio="pcm_s24le", layout=layout, **how)
    content = bytearray(path.read_bytes())
    box = content.index(b"chan") + 8
    content[box : box + 8] = struct.pack(">II", LISTED[layout], 0)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def flows(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A Flow of 2 s for each layout."""
    folder = tmp_path_factory.mktemp("layouts")
    made = {}
    for layout in ["mono", "stereo", "2.1", "4.0", "5.1(side)", "6.1", "7.1", "hexadecagonal"]:
        path = make(folder / f"{layout}.mov", audio="pcm_s16le", layout=layout, seconds=2)
        made[layout] = ingest(stack, path)["flow_ids"]["audio"]
    return made


LAYOUTS = [
    ("mono", 1),
    ("stereo", 2),
    ("2.1", 3),
    ("4.0", 4),
    ("5.1(side)", 6),
    ("6.1", 7),
    ("7.1", 8),
    ("hexadecagonal", 16),
]


@pytest.mark.parametrize(("layout", "channels"), LAYOUTS)
@pytest.mark.parametrize("suffix", ["mov", "mkv", "wav", "mp4"])
def test_a_stretch_keeps_every_channel_to_the_sample(
    stack: Stack, flows: dict[str, str], tmp_path: Path, layout: str, channels: int, suffix: str
) -> None:
    target = tmp_path / f"out.{suffix}"

    tams(stack, "export", flows[layout], str(target), "--timerange", STRETCH)

    assert flow(stack, flows[layout])["essence_parameters"]["channels"] == channels
    samples = decoded(target)
    expected = tones(channels, START, END - START)
    if suffix == "mp4" and channels > 8:  # only AAC takes that many, with loss
        assert samples.shape[0] == channels
        likeness = [np.corrcoef(samples[i, :40_000], expected[i, :40_000])[0, 1] for i in range(16)]
        assert min(likeness) > 0.9
    else:
        assert samples.dtype == np.int16
        assert np.array_equal(samples, expected)


@pytest.mark.parametrize("bits", ["s24le", "s24be", "s32le", "f32le", "u8"])
def test_a_stretch_keeps_every_bit(stack: Stack, tmp_path: Path, bits: str) -> None:
    source = make(tmp_path / "in.mov", audio=f"pcm_{bits}", layout="4.0", seconds=2)
    sound = ingest(stack, source)["flow_ids"]["audio"]

    for suffix in ["mov", "mp4"] if "24" in bits else ["mov"]:
        target = tmp_path / f"out.{suffix}"
        tams(stack, "export", sound, str(target), "--timerange", STRETCH)
        assert np.array_equal(decoded(target), decoded(source)[:, START:END])


def test_picture_and_sound_come_out_of_any_start_in_any_type_of_file(
    stack: Stack, tmp_path: Path
) -> None:
    """Also from half a frame on, where two frames must not become one."""
    source = make(tmp_path / "in.mov", video="libx264", audio="pcm_s16le", layout="7.1")
    outcome = ingest(stack, source)

    for suffix in ["mp4", "mov", "mkv", "ts"]:
        target = tmp_path / f"out.{suffix}"
        whole = ["export", outcome["multi_flow_id"], str(target)]
        tams(stack, *whole, "--timerange", "[0:100000000_1:100000000)")
        with av.open(str(target)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 26
            assert channels_of(container.streams.audio[0].codec_context) == 8


def test_sound_that_fits_no_file_of_that_type_is_refused_in_one_line(
    stack: Stack, tmp_path: Path
) -> None:
    source = make(tmp_path / "in.mov", audio="pcm_f32le", layout="22.2", seconds=1)
    sound = ingest(stack, source)["flow_ids"]["audio"]

    text = tams(stack, "export", sound, str(tmp_path / "out.mp4"), code=1)

    assert "mp4 cannot hold 24 channels of pcm_f32le; export to .mov or .mkv" in text
    assert [each.name for each in tmp_path.iterdir()] == ["in.mov"]


def test_a_type_of_file_that_cannot_hold_the_codec_is_told_with_others_that_can(
    stack: Stack, tmp_path: Path
) -> None:
    source = make(tmp_path / "in.mp4", audio="aac", layout="mono", seconds=2)
    sound = ingest(stack, source)["flow_ids"]["audio"]

    text = tams(stack, "export", sound, str(tmp_path / "out.webm"), code=1)

    assert "tams: webm cannot hold AAC; export to .mov or .mkv\n" in text
    assert [each.name for each in tmp_path.iterdir()] == ["in.mp4"]


def test_layouts_that_list_their_channels_do_not_end_the_process(tmp_path: Path) -> None:
    """In a process of its own, many times over: memory that is freed twice may be noticed late."""
    paths = [str(listed(tmp_path / f"{name}.mov", name, seconds=0.1)) for name in sorted(LISTED)]
    program = (
        "import sys; from pathlib import Path; from cli.probe import probe\n"
        "for _ in range(20):\n"
        "    for path in sys.argv[1:]: print(probe(Path(path))[0].essence['channels'])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, *paths], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["7", "8", "8"] * 20


@pytest.mark.parametrize("layout", sorted(LISTED))
def test_a_listed_layout_goes_in_and_comes_out(stack: Stack, tmp_path: Path, layout: str) -> None:
    source = listed(tmp_path / "in.mov", layout, seconds=2)
    sound = ingest(stack, source)["flow_ids"]["audio"]

    for suffix in ["mov", "mp4"]:
        target = tmp_path / f"out.{suffix}"
        tams(stack, "export", sound, str(target), "--timerange", STRETCH)
        assert np.array_equal(decoded(target), decoded(source)[:, START:END])


@pytest.mark.parametrize("layout", ["stereo", "5.1(side)", "7.1(wide)", "hexadecagonal"])
def test_a_layout_with_a_name_keeps_it(layout: str) -> None:
    context = av.CodecContext.create("pcm_s16le", "r")
    assert isinstance(context, av.AudioCodecContext)
    context.layout = layout

    assert settle_layout(context) == layout
    assert channels_of(context) == av.AudioLayout(layout).nb_channels
