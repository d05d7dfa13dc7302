"""Media in the forms that players take, in a store: MPEG-TS, and CMAF with an initialisation."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tams.timing.timestamp import format_ns
from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.steps import uploaded
from tests.maker import Maker

FPS = 25
BITS, BIT_WIDTH = 16, 32
HEIGHT = 64
H264 = [
    *("-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-keyint_min", "50"),
    *("-sc_threshold", "0", "-bf", "0", "-pix_fmt", "yuv420p"),
]
"""A key frame every two seconds."""
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "50"]
AAC = ["-c:a", "aac"]
OPUS = ["-c:a", "libopus"]
TS_LEAD = 1.4
"""FFmpeg's MPEG-TS counts from here."""
PICTURE: dict[str, Any] = {
    "frame_width": BITS * BIT_WIDTH,
    "frame_height": HEIGHT,
    "frame_rate": {"numerator": FPS},
}
SOUND: dict[str, Any] = {"sample_rate": 48_000, "channels": 1}


def numbered_frames(seconds: float) -> list[str]:
    """A picture of bars that spell the number of each frame, the lowest bit at the left: white is 1."""
    bit = f"mod(floor(N/pow(2,floor(X/{BIT_WIDTH}))),2)"
    size = f"{BITS * BIT_WIDTH}x{HEIGHT}"
    graph = f"color=black:size={size}:rate={FPS},format=gray,geq=lum='255*{bit}'"
    return ["-f", "lavfi", "-t", str(seconds), "-i", graph]


def tone(seconds: float) -> list[str]:
    return ["-f", "lavfi", "-t", str(seconds), "-i", "sine=frequency=440:sample_rate=48000"]


@dataclass(frozen=True)
class Cut:
    """Objects of one stream, two seconds each, and the initialisation that they need."""

    objects: Sequence[Path]
    seconds: Sequence[float]
    init: Path | None = None


def cut(arguments: Sequence[str], folder: Path, *, cmaf: bool) -> Cut:
    folder.mkdir(parents=True)
    playlist = folder / "list.m3u8"
    kind = "fmp4" if cmaf else "mpegts"
    command = ["ffmpeg", "-loglevel", "error", *arguments, "-f", "hls", "-hls_time", "2"]
    command += ["-hls_segment_type", kind, "-hls_list_size", "0"]
    command += ["-hls_segment_filename", str(folder / "%03d"), str(playlist)]
    subprocess.run(command, check=True)
    text = playlist.read_text()
    names = [line for line in text.splitlines() if not line.startswith("#")]
    return Cut(
        [folder / name for name in names],
        [float(each) for each in re.findall(r"#EXTINF:([\d.]+)", text)],
        folder / "init.mp4" if cmaf else None,
    )


@dataclass(frozen=True)
class Use:
    """Part of an Object, in seconds: `[first_last)` of it, shown by the Flow from `start` on."""

    index: int
    start: float
    first: float = 0.0
    last: float = 2.0


def whole(media: Cut, start: float = 0.0) -> list[Use]:
    """All Objects, side by side."""
    uses, now = [], start
    for index, seconds in enumerate(media.seconds):
        uses.append(Use(index, now, 0.0, seconds))
        now += seconds
    return uses


def flow_of(
    api: httpx.Client, media: Cut, uses: Sequence[Use], lead: float = 0.0, **fields: Any
) -> dict[str, Any]:
    """A new Flow of these uses, of a picture unless `fields` say otherwise.

    `lead` is the time that the first sample of the media counts, in seconds.
    """
    essence = {**fields.pop("essence_parameters", PICTURE), "init_segments": media.init is not None}
    container = {} if media.init is None else {"container": "video/iso.segment"}
    flow: dict[str, Any] = Maker(api).flow(essence_parameters=essence, **{**container, **fields})
    init_id = None
    if media.init is not None:
        (init_id,) = uploaded(api, flow, content=media.init.read_bytes())
    add_uses(api, flow, media, uses, lead, init_id)
    return flow


def picture_and_sound(
    api: httpx.Client, seen: Cut, heard: Cut, codecs: tuple[str, str] = ("video/h264", "audio/aac")
) -> dict[str, Any]:
    """A multi Flow that collects a Flow of each, both of CMAF and whole."""
    picture = flow_of(api, seen, whole(seen), codec=codecs[0])
    of_sound: dict[str, Any] = {"body": an_audio_flow_body, "container": "audio/iso.segment"}
    sound = flow_of(api, heard, whole(heard), codec=codecs[1], essence_parameters=SOUND, **of_sound)
    members = [{"id": picture["id"], "role": "video"}, {"id": sound["id"], "role": "audio"}]
    both: dict[str, Any] = Maker(api).flow(a_multi_flow_body, flow_collection=members)
    return both


def add_uses(
    api: httpx.Client,
    flow: dict[str, Any],
    media: Cut,
    uses: Sequence[Use],
    lead: float = 0.0,
    init_id: str | None = None,
) -> None:
    """Add uses to a Flow, all of one Object at once. `init_id` is of the initialisation's Object."""
    begins = [sum(media.seconds[:index]) for index in range(len(media.seconds))]
    ids: dict[int, str] = {}
    for use in uses:
        if use.index not in ids:
            content = media.objects[use.index].read_bytes()
            (ids[use.index],) = uploaded(api, flow, content=content)
        begin = lead + begins[use.index]
        post = {
            "object_id": ids[use.index],
            "timerange": _range(use.start, use.start + use.last - use.first),
            "object_timerange": _range(begin, begin + media.seconds[use.index]),
            "ts_offset": _stamp(use.start - use.first - begin),
            **({} if init_id is None else {"init_object_id": init_id}),
        }
        answer = api.post(f"/flows/{flow['id']}/segments", json=post)
        assert answer.status_code == 201, answer.text


def _range(start: float, end: float) -> str:
    return f"[{_stamp(start)}_{_stamp(end)})"


def _stamp(seconds: float) -> str:
    """To the microsecond, as FFmpeg's lists are."""
    return format_ns(round(seconds * 1_000_000) * 1_000)
