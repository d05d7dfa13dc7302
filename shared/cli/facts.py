"""A file's metadata: tags of the Flows, and the tracks that are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cli.damage import demuxed
from cli.layouts import settle_layout
from cli.packets import codec_of
from cli.probe import ATTACHED, Track, open_media
from cli.times import between, to_ns

ROTATION_TAG = "rotation"
"""Degrees by which players rotate the picture clockwise."""

_TURNED = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"})
"""Demuxers of files that can say that the picture is to be turned."""

_LONGEST = 500

_OF_FILE = {"title": "title", "creation_time": "recorded_at"}
_OF_TRACK = {"title": "track_name", "name": "track_name"}
"""Names in libavformat's metadata, and the tags they become."""


@dataclass(frozen=True)
class Facts:
    """Tags of the multi Flow, tags of each track's Flow by the track's index, and what is left out, in words.

    `chapters` are their titles, with their times in the file.
    """

    tags: Mapping[str, str]
    of_track: Mapping[int, Mapping[str, str]]
    left_out: str | None = None
    chapters: Sequence[tuple[Fraction, Fraction, str]] = field(default_factory=list)

    def chapter_tags(self, origin: Fraction, start_ns: int) -> dict[str, list[str]]:
        """On the Flow's timeline: `[0:0_60:0) Opening`."""
        found = [
            f"{between(start_ns + to_ns(lo - origin), start_ns + to_ns(hi - origin))} {title}"
            for lo, hi, title in self.chapters
            if hi > lo
        ]
        return {"chapters": [each.strip() for each in found]} if found else {}


def facts_of(path: Path, tracks: Sequence[Track]) -> Facts:
    """Reads the head of a file; decodes one frame if the picture may have to be turned."""
    with open_media(path) as container:
        tags = _named(container.metadata, _OF_FILE)
        tags |= {"file_size": str(path.stat().st_size)}
        kept = {each.index for each in tracks}
        left_out = [_words(each) for each in container.streams if each.index not in kept]
        codes = [each.metadata.get("timecode") for each in container.streams]
        codes.append(container.metadata.get("timecode"))
        if (code := next(filter(None, codes), None)) is not None:
            tags["timecode"] = code
        of_track = {index: _track_tags(container.streams[index]) for index in kept}
        for index, degrees in _rotations(container, tracks).items():
            of_track[index][ROTATION_TAG] = degrees
        chapters = [
            (
                each["start"] * Fraction(each["time_base"] or 1),
                each["end"] * Fraction(each["time_base"] or 1),
                _clean(each["metadata"].get("title", "")),
            )
            for each in container.chapters()
        ]
    return Facts(tags, of_track, ", ".join(left_out) or None, chapters)


def _named(metadata: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    found = {tag: _clean(metadata.get(name, "")) for name, tag in names.items()}
    return {tag: value for tag, value in found.items() if value}


def _clean(text: str) -> str:
    """In one line, and of a length that a tag may have."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[
        :_LONGEST
    ]


def _track_tags(stream: Stream) -> dict[str, str]:
    tags = _named(stream.metadata, _OF_TRACK)
    if isinstance(stream, AudioStream):
        layout = settle_layout(stream.codec_context)
        if not layout.endswith(" channels"):
            tags["channel_layout"] = layout
    return tags


def _words(stream: Stream) -> str:
    """Of a track that becomes no Flow."""
    if isinstance(stream, VideoStream) and stream.disposition & ATTACHED:
        return f"cover art (track {stream.index})"
    is_timecode = (
        "timecode" in stream.metadata or stream.metadata.get("handler_name") == "TimeCodeHandler"
    )
    kind = "timecode" if is_timecode else stream.type
    about = [f"track {stream.index}"]
    about += [codec_of(stream)] if codec_of(stream) else []
    about += [stream.language] if stream.language not in {None, "und"} and not is_timecode else []
    return f"{kind} ({', '.join(about)})"


def _rotations(container: InputContainer, tracks: Sequence[Track]) -> dict[int, str]:
    """By the track's index, what its first frame says. Goes on from where the container is read."""
    if container.format.name not in _TURNED:
        return {}
    waiting = {each.index for each in tracks if each.kind == "video"}
    found: dict[int, str] = {}
    try:
        for packet in demuxed(container, [container.streams[each] for each in waiting]):
            if packet.stream_index not in waiting:
                continue
            for frame in packet.decode():
                assert isinstance(frame, VideoFrame)
                waiting.discard(packet.stream_index)
                if degrees := -frame.rotation % 360:
                    found[packet.stream_index] = str(degrees)
                break
            if not waiting:
                break
    except (av.error.FFmpegError, ValueError):
        pass  # without a decoder nobody can tell
    return found
