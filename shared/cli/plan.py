"""Decides where a file is cut: one pass over its packets, without decoding."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cli.damage import Damage, promised_end, readable
from cli.errors import CommandError
from cli.probe import Track, open_media
from cli.wrapping import time_of


@dataclass(frozen=True)
class Plan:
    """`origin` is the file's time of its first frame; all cuts, in order, are later times of the file.

    `promised_end` is the file's time of its last frame, if the file itself states it.
    """

    origin: Fraction
    cuts: tuple[Fraction, ...]
    duration: Fraction
    promised_end: Fraction | None = None


def plan(path: Path, tracks: list[Track], seconds: Fraction) -> Plan:
    """Cut on the first key frame that is at least `seconds` after the last cut.

    Without a picture any packet will do. Raises CommandError for a file without packets.
    """
    leading = next((track for track in tracks if track.kind == "video"), tracks[0])
    origin: Fraction | None = None
    keys: list[Fraction] = []
    with open_media(path) as container:
        promised = promised_end(container)
        damage = Damage()
        for packet in readable(container, container.streams[leading.index], path, damage):
            shown = time_of(packet)
            origin = shown if origin is None else min(origin, shown)
            if packet.is_keyframe:
                keys.append(shown)
    if origin is None:
        raise CommandError(f"{path} contains no packets with timestamps")
    cuts: list[Fraction] = []
    last = origin
    # A key frame slightly early, through rounding in the file's own time base, is in time.
    slack = Fraction(1, 1000)
    for key in sorted(keys):
        if key - last >= seconds - slack:
            cuts.append(key)
            last = key
    end = damage.last_read or origin
    return Plan(origin, tuple(cuts), end - origin, promised)
