"""An HLS multivariant playlist: Flows to choose from and to play together. Source: RFC 8216, 4.3.4."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tams.models.flow import AudioFlow, Flow, VideoFlow
from tams.services.playback.codecs import codec_string, frame_rate
from tams.services.playback.formats import average_bit_rate, peak_bit_rate, video_range
from tams.services.playback.presentation import Presentation, Track

_TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class _Group:
    """Sounds of one codec: a variant goes with a group, so that what it needs is known."""

    name: str
    tracks: list[Track]

    @property
    def peak_bit_rate(self) -> int:
        return max(peak_bit_rate(track.flow) for track in self.tracks)

    @property
    def average_bit_rate(self) -> int | None:
        found = [average_bit_rate(track.flow) for track in self.tracks]
        return None if None in found else max(each for each in found if each is not None)


def multivariant_playlist(shown: Presentation, address: Callable[[Flow], str]) -> str:
    """`address` is where the playlist of a Flow is. A presentation of sound alone has sounds as variants."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:6"]
    groups = _groups(shown.sounds) if shown.pictures else []
    for group in groups:
        lines += _renditions("AUDIO", group.name, group.tracks, address)
    lines += _renditions("SUBTITLES", _TEXTS, shown.texts, address)
    has_texts = bool(shown.texts)
    for track in shown.pictures or shown.sounds:
        with_sounds: list[_Group | None] = [*groups] or [None]
        for each in with_sounds:
            lines += [_variant(track.flow, each, has_texts), address(track.flow)]
    return "\n".join([*lines, ""])


def _groups(sounds: Sequence[Track]) -> list[_Group]:
    by_codec: dict[str, list[Track]] = {}
    for track in sounds:
        by_codec.setdefault(codec_string(track.flow) or "sound", []).append(track)
    return [_Group(name, tracks) for name, tracks in by_codec.items()]


def _renditions(
    kind: str, group: str, tracks: Sequence[Track], address: Callable[[Flow], str]
) -> list[str]:
    lines = []
    names: set[str] = set()
    for index, track in enumerate(tracks):
        name = _unlike(names, _quotable(track.name))
        is_default = index == 0 and kind == "AUDIO"
        attributes = [
            f"TYPE={kind}",
            f'GROUP-ID="{group}"',
            f'NAME="{name}"',
            f"DEFAULT={'YES' if is_default else 'NO'}",
            "AUTOSELECT=YES",
        ]
        if track.language is not None:
            attributes.append(f'LANGUAGE="{track.language}"')
        if isinstance(track.flow, AudioFlow):
            attributes.append(f'CHANNELS="{track.flow.essence_parameters.channels}"')
        attributes.append(f'URI="{address(track.flow)}"')
        lines.append(f"#EXT-X-MEDIA:{','.join(attributes)}")
    return lines


def _variant(flow: Flow, group: _Group | None, has_texts: bool) -> str:
    peak, average = peak_bit_rate(flow), average_bit_rate(flow)
    codecs = [codec_string(flow)]
    if group is not None:
        peak += group.peak_bit_rate
        sound = group.average_bit_rate
        average = None if average is None or sound is None else average + sound
        codecs.append(codec_string(group.tracks[0].flow))
    attributes = [f"BANDWIDTH={peak}"]
    if average is not None:
        attributes.append(f"AVERAGE-BANDWIDTH={min(average, peak)}")
    named = [each for each in codecs if each is not None]
    if len(named) == len(codecs):  # part of them would deny the rest
        attributes.append(f'CODECS="{",".join(named)}"')
    if isinstance(flow, VideoFlow):
        attributes += _picture(flow)
    if group is not None:
        attributes.append(f'AUDIO="{group.name}"')
    if has_texts:
        attributes.append(f'SUBTITLES="{_TEXTS}"')
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


def _picture(flow: VideoFlow) -> list[str]:
    essence = flow.essence_parameters
    attributes = [f"RESOLUTION={essence.frame_width}x{essence.frame_height}"]
    if (rate := frame_rate(flow)) is not None:
        attributes.append(f"FRAME-RATE={float(rate):.3f}")
    if (shown := video_range(flow)) is not None:
        attributes.append(f"VIDEO-RANGE={shown}")
    return attributes


def _quotable(text: str) -> str:
    """An attribute's text can hold neither quotation marks nor line ends."""
    kept = "".join(each if each.isprintable() else " " for each in text)
    return kept.replace('"', "'")


def _unlike(taken: set[str], name: str) -> str:
    """The name, with a number if the group has it already."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} {number}"
    taken.add(candidate)
    return candidate
