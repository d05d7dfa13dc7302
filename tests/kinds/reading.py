"""FFmpeg's own reading of a file: every frame's time and digest, every sample, and what ffprobe says."""

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

_READ = ("ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-noautorotate")
SMALL = (80, 60)


@dataclass
class Sound:
    """Samples as (count, channels); the first is heard at `first`, in seconds of the file."""

    first: Fraction
    rate: int
    samples: Any

    @property
    def end(self) -> Fraction:
        return self.first + Fraction(len(self.samples), self.rate)


@dataclass
class Picture:
    """Each frame's time in seconds of the file, the digest of its pixels, and a small grey copy."""

    times: list[Fraction]
    digests: list[str]
    small: Any

    @property
    def frame(self) -> Fraction:
        """How long a frame lasts, mostly."""
        steps = sorted(b - a for a, b in zip(self.times, self.times[1:], strict=False))
        return steps[len(steps) // 2] if steps else Fraction(1, 25)


@dataclass
class Reading:
    streams: list[dict[str, Any]]
    format: dict[str, Any]
    pictures: list[Picture] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)

    @property
    def origin(self) -> Fraction:
        """When the picture begins, or else the sound: zero of the Flows."""
        return self.pictures[0].times[0] if self.pictures else self.sounds[0].first


def described(path: Path) -> dict[str, Any]:
    """What ffprobe says."""
    ran = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-of",
            "json",
            "-show_streams",
            "-show_format",
            "-show_chapters",
            "-show_programs",
            str(path),
        ],
        capture_output=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(ran.stdout.decode(errors="surrogateescape"))
    return found


def read(
    path: Path,
    *,
    small: bool = True,
    copyts: bool = False,
    said: dict[str, Any] | None = None,
) -> Reading:
    """Of all tracks of picture and sound; `said` is what ffprobe would say, if it is known."""
    said = said or described(path)
    streams = [
        each
        for each in said["streams"]
        if each["codec_type"] in {"video", "audio"}
        and not each.get("disposition", {}).get("attached_pic")
    ]
    videos = [each for each in streams if each["codec_type"] == "video"]
    audios = [each for each in streams if each["codec_type"] == "audio"]
    reading = Reading(streams, said["format"])
    with tempfile.TemporaryDirectory() as folder:
        maps = [option for each in streams for option in ("-map", f"0:{each['index']}")]
        digests = Path(folder) / "digests"
        outputs = [
            *maps,
            "-fps_mode",
            "passthrough",
            "-enc_time_base:v",
            "-1",
            "-f",
            "framemd5",
            str(digests),
        ]
        for number, each in enumerate(audios):
            outputs += [
                "-map",
                f"0:{each['index']}",
                "-f",
                "f32le",
                str(Path(folder) / f"a{number}"),
            ]
        if small:
            for number, each in enumerate(videos):
                outputs += [
                    "-map",
                    f"0:{each['index']}",
                    "-fps_mode",
                    "passthrough",
                    "-vf",
                    f"scale={SMALL[0]}:{SMALL[1]}:flags=area,format=gray",
                    "-enc_time_base:v",
                    "-1",
                    "-f",
                    "rawvideo",
                    str(Path(folder) / f"v{number}"),
                ]
        subprocess.run(
            [*_READ, *(["-copyts"] if copyts else []), "-i", str(path), *outputs],
            check=False,
            capture_output=True,
        )
        bases, lines = _framemd5(digests)
        order = {each["index"]: number for number, each in enumerate(streams)}
        for number, each in enumerate(videos):
            at = order[each["index"]]
            rows = [row for row in lines if row[0] == at]
            grey = (
                np.fromfile(Path(folder) / f"v{number}", np.uint8)
                if small
                else np.zeros(0, np.uint8)
            )
            reading.pictures.append(
                Picture(
                    [row[1] * bases[at] for row in rows],
                    [row[2] for row in rows],
                    grey.reshape(-1, SMALL[0] * SMALL[1]).astype(np.int16),
                )
            )
        for number, each in enumerate(audios):
            at = order[each["index"]]
            first = next((row[1] * bases[at] for row in lines if row[0] == at), Fraction(0))
            samples = np.fromfile(Path(folder) / f"a{number}", np.float32)
            channels = int(each["channels"]) or 1
            samples = samples[: len(samples) // channels * channels].reshape(-1, channels)
            rate = int(each["sample_rate"])
            reading.sounds.append(
                Sound(first, rate, samples[: _lasting(each, said["format"], rate)])
            )
    return reading


def _lasting(stream: dict[str, Any], form: dict[str, Any], rate: int) -> int | None:
    """Samples to the end of the edit list, which this release of `ffmpeg` plays to the end of a packet."""
    if "mp4" not in form["format_name"] or "duration" not in stream:
        return None
    return round(Fraction(stream["duration"]) * rate)


def _framemd5(path: Path) -> tuple[dict[int, Fraction], list[tuple[int, int, str]]]:
    bases: dict[int, Fraction] = {}
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("#tb "):
            number, base = line[4:].split(": ")
            bases[int(number)] = Fraction(base)
        elif not line.startswith("#"):
            stream, _, pts, _, _, digest = (each.strip() for each in line.split(","))
            rows.append((int(stream), int(pts), digest))
    return bases, rows
