"""Takes a file of a kind in and out, and holds each step against FFmpeg's own reading of the file."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner

from cli.main import app
from local.stack import Stack
from tests.kinds.kind import Kind
from tests.kinds.metadata import wrong_metadata
from tests.kinds.reading import Picture, Reading, Sound, read
from tests.kinds.store import HAIR, Stored, stored

COLUMNS = ("ingest", "metadata", "timeline", "whole", "stretch")
STRETCH = (Fraction(53, 100), Fraction(147, 100))
_TIMERANGE = "[0:530000000_1:470000000)"
_IN_TS = frozenset({"audio/MP4A-LATM", "audio/x-smpte-302m"})
_ROUNDED_TO_MS = ("matroska", "flv")
_WARM_UP = 3_000
"""Samples at the start that depend on what a decoder had before."""


class WrongError(Exception):
    """What is not as FFmpeg reads it."""


@dataclass
class Findings:
    """By column: what is wrong, or nothing; and remarks of the commands."""

    wrong: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)


def examined(stack: Stack, kind: Kind, path: Path) -> Findings:
    findings = Findings()
    source = read(path)
    folder = path.parent / "out"
    folder.mkdir()

    def column(name: str, check: Callable[[], None]) -> None:
        try:
            check()
        except WrongError as error:
            findings.wrong[name] = str(error)

    code, output = _run(stack, "ingest", str(path), "--json", "--segment-seconds", "1", "--again")
    if code not in {0, 3}:
        said = " ".join(output.split())
        return Findings(dict.fromkeys(COLUMNS, said[-300:]))
    start = output.index("{")
    outcome, _ = json.JSONDecoder().raw_decode(output[start:])
    findings.remarks["ingest"] = " ".join([*outcome["notes"], *outcome["damage"]])
    flows = [stored(stack, each, folder) for each in outcome["flow_ids"].values()]
    pictures = [each for each in flows if each.picture]
    sounds = [each for each in flows if each.sound]
    column("ingest", lambda: _check_ingest(kind, source, pictures, sounds))
    column("metadata", lambda: _check(wrong_metadata(stack, kind, path, source, outcome, flows)))
    column("timeline", lambda: _check_timeline(source, pictures, sounds))
    suffix = _suffix(flows)
    exact = ".mov" if suffix == ".mov" else ".mp4"  # the others hide no priming
    multi = outcome["multi_flow_id"]

    def export(name: str, suffix: str, *arguments: str) -> Reading:
        target = folder / f"{name}{suffix}"
        code, output = _run(stack, "export", multi, str(target), *arguments)
        said = " ".join(output.split())
        if code:
            raise WrongError(said[-300:])
        findings.remarks[name] = said
        return read(target)

    gap = ["--gap", "keep"] if "a hole" in kind.name else []
    column("whole", lambda: _check_whole(source, export("whole", suffix, *gap), findings))
    column(
        "stretch",
        lambda: _check_stretch(source, export("stretch", exact, "--timerange", _TIMERANGE)),
    )
    return findings


def _run(stack: Stack, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--url", stack.api_url])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return 70, f"{type(result.exception).__name__}: {result.exception}"
    return result.exit_code, result.output


def _suffix(flows: list[Stored]) -> str:
    containers = {each.flow["container"] for each in flows}
    if "video/vnd.avi" in containers:
        return ".avi"
    if {each.flow["codec"] for each in flows} & _IN_TS:
        return ".ts"
    if containers & {"video/matroska", "audio/matroska", "video/webm", "audio/webm"}:
        return ".mkv"
    return ".mov" if "video/quicktime" in containers else ".mp4"


def _check(wrong: str) -> None:
    if wrong:
        raise WrongError(wrong)


def _check_ingest(
    kind: Kind, source: Reading, pictures: list[Stored], sounds: list[Stored]
) -> None:
    codecs = [each.flow["codec"] for each in (*pictures, *sounds)]
    if codecs != list(kind.mimes):
        raise WrongError(f"codecs {codecs}")
    for picture, held in zip(source.pictures, pictures, strict=True):
        assert held.picture is not None
        _same_frames(picture, held.picture)
    for sound, held in zip(source.sounds, sounds, strict=True):
        assert held.sound is not None
        if held.flow["codec"] != "audio/vorbis":  # whose Objects do not decode alone
            _same_sound(sound, held.sound, within=_within(source, sound))


def _within(source: Reading, sound: Sound) -> int:
    """Samples by which times may be off: one, or a millisecond where the file's clock is so coarse."""
    is_coarse = source.format["format_name"].startswith(_ROUNDED_TO_MS)
    return 1 + (sound.rate // 1_000 if is_coarse else 0)


def _same_frames(expected: Picture, found: Picture) -> None:
    if expected.digests == found.digests:
        return
    if len(expected.digests) != len(found.digests):
        raise WrongError(f"{len(found.digests)} frames of {len(expected.digests)}")
    other = [
        n for n, (a, b) in enumerate(zip(expected.digests, found.digests, strict=True)) if a != b
    ]
    raise WrongError(
        f"{len(other)} of {len(expected.digests)} frames differ, the first is {other[0]}"
    )


def _same_sound(expected: Sound, found: Sound, *, within: int = 1) -> None:
    wanted, had = len(expected.samples), len(found.samples)
    if abs(wanted - had) > within:
        raise WrongError(f"{had} samples of {wanted}")
    if expected.samples.shape[1] != found.samples.shape[1]:
        raise WrongError(f"{found.samples.shape[1]} channels")
    lag, off = _lag(expected.samples, found.samples, 64)
    if abs(lag) > max(within, 1) or off > 2e-3:
        raise WrongError(f"samples are {lag} late and differ by {off:.4f}")


def _lag(expected: Any, found: Any, most: int) -> tuple[int, float]:
    """By how many samples `found` is late, and how much then differs, at the most."""
    count = min(len(expected), len(found))
    start = min(_WARM_UP, count // 3)
    best = (0, float("inf"))
    for lag in sorted(range(-most, most + 1), key=abs):
        lo, hi = start + max(0, lag), count - most - 1 + min(0, lag)
        hi = min(hi, count - most)
        if hi - lo < 100:
            return 0, 0.0
        off = float(np.mean(np.abs(found[lo:hi] - expected[lo - lag : hi - lag])))
        if off < best[1] - 1e-7:
            best = lag, off
    return best


def _check_timeline(source: Reading, pictures: list[Stored], sounds: list[Stored]) -> None:
    origin = source.origin
    hair = 2 * HAIR
    for picture, held in zip(source.pictures, pictures, strict=True):
        assert held.picture is not None
        _contiguous(held, picture.times, picture.frame)
        for wanted, had in zip(picture.times, held.picture.times, strict=False):
            if abs(wanted - origin - had) > hair:
                raise WrongError(
                    f"a frame of {float(wanted - origin):.4f} s is at {float(had):.4f} s"
                )
        end = picture.times[-1] + picture.frame - origin
        _near("the picture begins", held.extents[0][0], picture.times[0] - origin, hair)
        _near("the picture ends", held.extents[-1][1], end, max(hair, picture.frame))
    for sound, held in zip(source.sounds, sounds, strict=True):
        _near("the sound begins", held.extents[0][0], sound.first - origin, 2 * hair)
        lasts = sum((hi - lo for lo, hi in held.extents), Fraction(0))
        _near("the sound lasts", lasts, Fraction(len(sound.samples), sound.rate), 3 * hair)


def _contiguous(held: Stored, times: list[Fraction], frame: Fraction) -> None:
    for (_, end), (start, _) in zip(held.extents, held.extents[1:], strict=False):
        holes = any(
            b - a > frame * 3 and abs(b - times[0] - start) < HAIR * 2
            for a, b in itertools.pairwise(times)
        )
        if abs(start - end) > HAIR and not holes:
            raise WrongError(
                f"a Segment ends at {float(end):.4f} s, the next begins at {float(start):.4f} s"
            )


def _near(what: str, had: Fraction, wanted: Fraction, within: Fraction) -> None:
    if abs(had - wanted) > within:
        raise WrongError(f"{what} {float(had):.4f} s instead of {float(wanted):.4f} s")


def _check_whole(source: Reading, export: Reading, findings: Findings) -> None:
    if (remark := findings.remarks.get("whole", "")) and "re-encoded" in remark:
        raise WrongError(remark)
    if len(source.pictures) != len(export.pictures) or len(source.sounds) != len(export.sounds):
        raise WrongError("a track is missing")
    for expected, found in zip(source.pictures, export.pictures, strict=True):
        _same_frames(expected, found)
        for wanted, had in zip(expected.times, found.times, strict=True):
            _near("a frame is at", had - export.origin, wanted - source.origin, 2 * HAIR)
    for sound, heard in zip(source.sounds, export.sounds, strict=True):
        _same_sound(sound, heard, within=_within(source, sound))
        _near(
            "the sound begins", heard.first - export.origin, sound.first - source.origin, 2 * HAIR
        )


def _check_stretch(source: Reading, export: Reading) -> None:
    lo, hi = (each + source.origin for each in STRETCH)
    start = export.origin
    for expected, found in zip(source.pictures, export.pictures, strict=True):
        times = [*expected.times, expected.times[-1] + expected.frame]
        wanted = [
            n
            for n in range(len(expected.times))
            if times[n] < hi - HAIR and times[n + 1] > lo + HAIR
        ]
        had = [_nearest(expected.small, each, wanted) for each in found.small]
        if had != wanted:
            raise WrongError(f"frames {_runs(had)} instead of {_runs(wanted)}")
        for n, at in zip(wanted, found.times, strict=True):
            _near(f"frame {n} is at", at - start, max(times[n], lo) - lo, 2 * HAIR)
    for sound, heard in zip(source.sounds, export.sounds, strict=True):
        first = max(0, round((lo - sound.first) * sound.rate))
        last = max(first, round((hi - sound.first) * sound.rate))
        part = sound.samples[first:last]
        at = sound.first + Fraction(first, sound.rate) - lo if source.pictures else Fraction(0)
        begins = heard.first - start if export.pictures else Fraction(0)
        _near("the sound begins", begins, at, 2 * HAIR)
        late = round((begins - at) * sound.rate)
        if abs(len(part) - len(heard.samples)) > 2:
            raise WrongError(f"{len(heard.samples)} samples of {len(part)}")
        lag, off = _lag(part, heard.samples, 64)
        if abs(lag + late) > _within(source, sound) or off > 0.1:
            raise WrongError(f"samples are {lag + late} late and differ by {off:.4f}")


def _nearest(small: Any, frame: Any, wanted: list[int]) -> int:
    """The number of the frame of the file that looks most like this one."""
    lo, hi = max(0, wanted[0] - 3), wanted[-1] + 4
    return lo + int(np.argmin(np.abs(small[lo:hi] - frame).mean(axis=1)))


def _runs(numbers: list[int]) -> str:
    return f"{numbers[0]}…{numbers[-1]} ({len(numbers)})" if numbers else "none"
