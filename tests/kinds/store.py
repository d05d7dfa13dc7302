"""What the store holds of a Flow, read by FFmpeg from the Objects as any client gets them."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from local.stack import Stack
from tests.cli.command import flow, segments_of
from tests.kinds.reading import Picture, Sound, read

HAIR = Fraction(1, 1000)
_CONTINUOUS = frozenset({"video/mp2t", "video/iso.segment", "audio/iso.segment"})


@dataclass
class Stored:
    """A Flow, its Segments as (start, end) in seconds, and its media on the Flow's timeline."""

    flow: dict[str, Any]
    extents: list[tuple[Fraction, Fraction]]
    picture: Picture | None = None
    sound: Sound | None = None


def seconds(stamp: str) -> Fraction:
    sign = -1 if stamp.startswith("-") else 1
    whole, ns = stamp.lstrip("-").split(":")
    return sign * (int(whole) + Fraction(int(ns), 10**9))


def extent(timerange: str) -> tuple[Fraction, Fraction]:
    start, end = timerange.strip("[)]").split("_")
    return seconds(start), seconds(end)


def stored(stack: Stack, flow_id: str, folder: Path) -> Stored:
    found = flow(stack, flow_id)
    segments = segments_of(stack, flow_id)
    result = Stored(found, [extent(each["timerange"]) for each in segments])
    pieces = [
        _read(found, rows, folder / f"{flow_id}-{number}")
        for number, rows in enumerate(_readable_together(found, segments))
    ]
    if found["format"].endswith("video"):
        frames = [each for piece in pieces for each in piece]
        result.picture = Picture([each[0] for each in frames], [each[1] for each in frames], None)
    else:
        first = next((piece for piece in pieces if len(piece.samples)), pieces[0])
        result.sound = Sound(
            first.first, first.rate, np.concatenate([piece.samples for piece in pieces])
        )
    return result


def _readable_together(
    found: dict[str, Any], segments: list[dict[str, Any]]
) -> list[list[dict[str, Any]]]:
    if found["container"] not in _CONTINUOUS:
        return [[each] for each in segments]

    def shared(segment: dict[str, Any]) -> tuple[str, str]:
        return segment.get("ts_offset", ""), segment.get("init_object", {}).get("object_id", "")

    return [list(rows) for _, rows in groupby(segments, shared)]


def _read(found: dict[str, Any], rows: list[dict[str, Any]], path: Path) -> Any:
    media = b"".join(httpx.get(each["get_urls"][0]["url"]).content for each in rows)
    if "init_object" in rows[0]:
        media = httpx.get(rows[0]["init_object"]["get_urls"][0]["url"]).content + media
    path.write_bytes(media)
    offset = seconds(rows[0].get("ts_offset", "0:0"))
    extents = [extent(each["timerange"]) for each in rows]
    essence = found["essence_parameters"]
    said = {
        "index": 0,
        "codec_type": found["format"].rsplit(":", 1)[-1],
        "channels": essence.get("channels"),
        "sample_rate": essence.get("sample_rate"),
    }
    only = {"streams": [said], "format": {"format_name": ""}}
    reading = read(path, small=False, copyts=True, said=only)
    path.unlink()
    if found["format"].endswith("video"):
        picture = reading.pictures[0]
        return [
            (at + offset, digest)
            for at, digest in zip(picture.times, picture.digests, strict=True)
            if any(lo - HAIR <= at + offset < hi - HAIR for lo, hi in extents)
        ]
    sound = reading.sounds[0]
    sound.first += offset
    lead = max(0, round((extents[0][0] - sound.first) * sound.rate))
    wanted = round((extents[-1][1] - sound.first) * sound.rate)
    return Sound(
        sound.first + Fraction(lead, sound.rate),
        sound.rate,
        sound.samples[lead : max(lead, wanted)],
    )
