"""Test media created by ffmpeg, and what ffprobe says about media."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

needs_ffmpeg = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="ffmpeg is not installed"
)

BROADCAST = [
    *("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25"),
    *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
    *("-t", "24", "-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-keyint_min", "50"),
    *("-sc_threshold", "0", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac"),
]
"""24 s of 640×360 at 25 fps with a key frame every two seconds, and a tone."""

MANY = [
    *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"),
    *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
    *("-t", "24", "-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-bf", "0"),
    *("-pix_fmt", "yuv420p", "-c:a", "aac"),
]
"""24 s with a key frame every fifth of a second: a dozen batches, of which the first is waited for."""

ODD = [
    *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30000/1001"),
    *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"),
    *("-t", "12", "-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-bf", "2"),
    *("-pix_fmt", "yuv420p", "-c:a", "aac", "-output_ts_offset", "5.3", "-f", "mpegts"),
]
"""12 s at 29.97 fps with B-frames, and timestamps that do not start at zero."""


def make_media(arguments: list[str], target: Path) -> Path:
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *arguments, str(target)], check=True)
    return target


def ffprobe(path: Path, *arguments: str) -> Any:
    command = ["ffprobe", "-v", "error", "-of", "json", *arguments, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def frame_count(path: Path) -> int:
    """Frames of picture, decoded and counted."""
    found = ffprobe(
        path, "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames"
    )
    return int(found["streams"][0]["nb_read_frames"])


def frame_times(path: Path) -> list[str]:
    """When each frame is shown, in seconds as ffprobe writes them, in order."""
    found = ffprobe(path, "-select_streams", "v:0", "-show_entries", "frame=pts_time")
    return [frame["pts_time"] for frame in found["frames"]]


def least_likeness(one: Path, other: Path, *, from_frame: int, frames: int) -> float:
    """The worst PSNR (dB) between the frames of `other` and those of `one` from `from_frame` on."""
    graph = (
        f"[0:v]trim=start_frame={from_frame}:end_frame={from_frame + frames},settb=1/25,setpts=N[a];"
        "[1:v]settb=1/25,setpts=N[b];[a][b]psnr=stats_file=-"
    )
    command = ["ffmpeg", "-loglevel", "error", "-i", str(one), "-i", str(other)]
    command += ["-filter_complex", graph, "-f", "null", "-"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    values = [line.split("psnr_avg:")[1].split()[0] for line in lines if "psnr_avg:" in line]
    assert len(values) == frames
    return min(float(value) for value in values)
