"""`python -m tams.media.piece`: part of an Object as an Object of its own. Only runtime/pieces.py starts it.

It reads a line of JSON (`Order`), writes files into the folder named there, and says in a line of JSON
whether the picture was encoded anew. Times stay what they are in the Object. The picture is cut to the frame:
copied where a decoder can begin and end there, and else encoded anew. Sound is copied, so it is cut between
its frames, at most half of one away. The process has no keys, opens no other file, and ends by itself when it
takes too much memory or CPU.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from tams.media.avc import AvcConfiguration
from tams.media.boxes import changed, taken_apart
from tams.media.cutting import Run, Window, run_of, window_of
from tams.media.encoder import encoded, encoder_for
from tams.media.faults import CODEC, DAMAGED, NO_MEDIA, TOO_LARGE, StillError
from tams.media.opening import PIXELS_MAX, answer, opened
from tams.media.picking import EARLY, Coded, Sought

PIECE, INIT = "piece", "init"
"""Names of the files. Only what is wrapped in MP4 has an initialisation."""
_MEMORY_BYTES_MAX = 2_560 * 2**20
_CPU_SECONDS_MAX = 200
_FILE_BYTES_MAX = 200 * 2**20
_OPTIONS = {
    "mpegts": {"mpegts_copyts": "1", "avoid_negative_ts": "disabled"},
    "mp4": {
        "movflags": "frag_custom+empty_moov+default_base_moof+frag_discont",
        "use_editlist": "0",
        "avoid_negative_ts": "disabled",
    },
}
"""Times are written as they are, by muxer."""


@dataclass(frozen=True, slots=True)
class Order:
    """`part` and `whole` are `(start, end)` in seconds of the Object's timeline."""

    path: Path
    folder: Path
    muxer: str
    part: tuple[Fraction, Fraction]
    whole: tuple[Fraction, Fraction]

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Order":
        part, whole = (
            (Fraction(given[first], 1_000_000_000), Fraction(given[last], 1_000_000_000))
            for first, last in (("from_ns", "until_ns"), ("start_ns", "end_ns"))
        )
        return cls(Path(given["path"]), Path(given["folder"]), given["muxer"], part, whole)


@dataclass(frozen=True, slots=True)
class _Track:
    stream: Stream
    packets: list[Any]

    def at(self, packet: Any) -> Fraction:
        """When a packet is shown, in seconds."""
        base = packet.time_base or self.stream.time_base
        return Fraction(packet.pts * base)

    @property
    def coded(self) -> list[Coded]:
        return [Coded(self.at(each), each.is_keyframe) for each in self.packets]


def piece(order: Order) -> bool:
    """Whether the picture was encoded anew. Raises StillError, and what FFmpeg and Python do for damage."""
    target = order.folder / PIECE
    with order.path.open("rb") as file, opened(file) as container:
        picture, sounds = _tracks(container)
        leading = picture or sounds[0]
        times = sorted(leading.at(each) for each in leading.packets)
        window = window_of(times, order.part, Sought(order.part[0], *order.whole))
        run = None if picture is None else run_of(picture.coded, window)
        if run is not None and not _fits(picture, run, order.muxer):
            run = replace(run, can_be_copied=False)
        options = dict(_OPTIONS[order.muxer])
        if order.muxer == "mp4" and picture is not None and picture.stream.time_base is not None:
            options["video_track_timescale"] = str(picture.stream.time_base.denominator)
        with av.open(str(target), "w", format=order.muxer, options=options) as output:
            expected = _write(output, picture, run, sounds, window)
    if order.muxer == "mp4":
        init, fragments = taken_apart(target.read_bytes())
        if run is not None and not run.can_be_copied and picture is not None:
            init = _for_both(init, picture)
        (order.folder / INIT).write_bytes(init)
        target.write_bytes(fragments)
    _check(order, expected)
    return run is not None and not run.can_be_copied


def _fits(picture: _Track | None, run: Run, muxer: str) -> bool:
    """MP4 has no negative decoding times; a source with an edit list may need them."""
    return picture is None or muxer != "mp4" or picture.packets[run.first].dts >= 0


def _for_both(init: bytes, picture: _Track) -> bytes:
    """With the parameter sets of the original too: FFmpeg, when it plays a list, reads only the first one."""
    theirs = AvcConfiguration.parse(picture.stream.codec_context.extradata or b"")
    return changed(init, b"avcC", lambda ours: theirs.with_sets_of(AvcConfiguration.parse(ours)))


def _tracks(container: InputContainer) -> tuple[_Track | None, list[_Track]]:
    """The picture that is not a cover, and all sound. Raises StillError."""
    pictures = [
        each for each in container.streams.video if not each.disposition & Disposition.attached_pic
    ]
    streams: list[Stream] = [*pictures[:1], *container.streams.audio]
    if not streams:
        raise StillError(NO_MEDIA, "it has neither video nor audio")
    if any(cast(Any, each).codec_context is None for each in streams):
        raise StillError(CODEC, "no decoder is available for its codec")
    if pictures and pictures[0].width * pictures[0].height > PIXELS_MAX:
        size = f"{pictures[0].width}×{pictures[0].height}"
        raise StillError(TOO_LARGE, f"its picture has {size} pixels; the limit is {PIXELS_MAX}")
    tracks = {each.index: _Track(each, []) for each in streams}
    for packet in container.demux(streams):
        if packet.size:
            if packet.pts is None:
                raise StillError(DAMAGED, "one of its frames has no time")
            tracks[packet.stream.index].packets.append(packet)
    held = [each for each in tracks.values() if each.packets]
    seen = [each for each in held if isinstance(each.stream, VideoStream)]
    if not held or len(seen) < len(pictures[:1]):
        raise StillError(DAMAGED, "none of its frames can be read")
    return next(iter(seen), None), [each for each in held if isinstance(each.stream, AudioStream)]


def _write(
    output: OutputContainer,
    picture: _Track | None,
    run: Run | None,
    sounds: Sequence[_Track],
    window: Window,
) -> list[list[Fraction]]:
    """When each written packet is shown, by track."""
    expected: list[list[Fraction]] = []
    made: list[tuple[Stream, Iterator[Any]]] = []
    if picture is not None and run is not None:
        expected.append(sorted(picture.at(picture.packets[index]) for index in run.shown))
        if run.can_be_copied:
            kept = [picture.packets[index] for index in sorted(run.shown)]
            made.append((_copied(output, picture), iter(kept)))
        else:
            anew = encoder_for(output, cast(VideoStream, picture.stream))
            frames = _frames(picture, run, expected[0])
            made.append((anew, encoded(frames, anew)))
    for sound in sounds:
        heard = [
            each
            for each in sound.packets
            if window.plays(sound.at(each), (each.duration or 0) * (each.time_base or Fraction(0)))
        ]
        if heard:
            expected.append(sorted(sound.at(each) for each in heard))
            made.append((_copied(output, sound), iter(heard)))
    if not made:
        raise StillError(DAMAGED, "it has no audio in this part")
    output.start_encoding()
    packets = [(stream, packet) for stream, its in made for packet in its]
    for stream, packet in sorted(packets, key=lambda it: it[1].dts * it[1].time_base):
        packet.stream = stream
        output.mux(packet)
    return expected


def _copied(output: OutputContainer, track: _Track) -> Stream:
    return output.add_stream_from_template(track.stream, opaque=True)


def _frames(picture: _Track, run: Run, times: Sequence[Fraction]) -> Iterator[VideoFrame]:
    """The frames shown at these times, in order. Raises StillError unless all can be decoded."""
    stream = cast(VideoStream, picture.stream)
    decoder = stream.codec_context
    decoder.thread_count = 2
    decoder.options = {**decoder.options, "max_pixels": str(PIXELS_MAX)}
    base = stream.time_base or Fraction(1)
    left = list(times)
    for packet in [*picture.packets[run.first : run.last + 1], None]:
        for frame in decoder.decode(packet):
            at = None if frame.pts is None else frame.pts * (frame.time_base or base)
            if left and at == left[0]:
                if frame.interlaced_frame:
                    raise StillError(CODEC, "interlaced video can be cut only at key frames")
                if frame.is_corrupt:
                    raise StillError(DAMAGED, "a frame can be decoded only in part")
                del left[0]
                yield frame
    if left:
        raise StillError(DAMAGED, f"{len(left)} frames cannot be decoded")


def _check(order: Order, expected: Sequence[Sequence[Fraction]]) -> None:
    """Read again what was written. Raises StillError if it differs: not every codec fits into a container."""
    whole = order.folder / "whole"
    init = order.folder / INIT
    head = init.read_bytes() if order.muxer == "mp4" else b""
    whole.write_bytes(head + (order.folder / PIECE).read_bytes())
    with whole.open("rb") as file, opened(file) as container:
        found: list[list[Fraction]] = [[] for _ in container.streams]
        for packet in container.demux():
            if packet.size and packet.pts is not None and packet.time_base is not None:
                found[packet.stream.index].append(packet.pts * packet.time_base)
    alike = len(found) == len(expected) and all(
        len(its) == len(wanted)
        and all(abs(a - b) < EARLY for a, b in zip(sorted(its), wanted, strict=True))
        for its, wanted in zip(found, expected, strict=True)
    )
    if not alike:
        raise StillError(DAMAGED, "the part cut from it does not read back correctly")


def _made(given: dict[str, Any]) -> bytes:
    return json.dumps({"encoded": piece(Order.from_json(given))}).encode()


def main() -> int:
    return answer(
        _made,
        memory_bytes=_MEMORY_BYTES_MAX,
        cpu_seconds=_CPU_SECONDS_MAX,
        file_bytes=_FILE_BYTES_MAX,
    )


if __name__ == "__main__":
    sys.exit(main())
