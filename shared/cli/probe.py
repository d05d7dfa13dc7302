"""What a media file holds, in TAMS's words. Opens any file PyAV can read; decodes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from cli.faults import CommandError

FORMATS = {"video": "urn:x-nmos:format:video", "audio": "urn:x-nmos:format:audio"}

_CODECS: Mapping[str, str] = {
    "h264": "video/h264",
    "hevc": "video/h265",
    "mpeg1video": "video/mpeg",
    "mpeg2video": "video/mpeg",
    "mpeg4": "video/mp4v-es",
    "vp8": "video/vp8",
    "vp9": "video/vp9",
    "av1": "video/av1",
    "prores": "video/x-prores",
    "mjpeg": "video/jpeg",
    "aac": "audio/aac",
    "mp2": "audio/mpeg",
    "mp3": "audio/mpeg",
    "ac3": "audio/ac3",
    "eac3": "audio/eac3",
    "opus": "audio/opus",
    "flac": "audio/flac",
    "vorbis": "audio/vorbis",
}


@dataclass(frozen=True)
class Wrapping:
    """A container for one elementary stream: its MIME type, and libavformat's name for it."""

    mime: str
    muxer: str


MPEG_TS = Wrapping("video/mp2t", "mpegts")
MP4_VIDEO = Wrapping("video/mp4", "mp4")
MP4_AUDIO = Wrapping("audio/mp4", "mp4")
QUICKTIME = Wrapping("video/quicktime", "mov")

_IN_MPEG_TS = {"h264", "hevc", "mpeg1video", "mpeg2video", "aac", "mp2", "mp3", "ac3", "eac3"}
_IN_MP4 = {"mpeg4", "vp9", "av1", "opus", "flac"}


@dataclass(frozen=True)
class Track:
    """One elementary stream: `kind` is `video` or `audio`, `codec` libavcodec's name."""

    index: int
    kind: str
    codec: str
    mime: str
    essence: dict[str, Any]
    rate: Fraction | None
    language: str | None

    @property
    def wrapping(self) -> Wrapping:
        """MPEG-TS for what broadcast uses, MP4 for what the web uses, QuickTime for the rest."""
        if self.codec in _IN_MPEG_TS:
            return MPEG_TS
        if self.codec in _IN_MP4:
            return MP4_VIDEO if self.kind == "video" else MP4_AUDIO
        return QUICKTIME


def open_media(path: Path) -> InputContainer:
    """Raises CommandError for a file that is missing or no media."""
    try:
        return av.open(str(path))
    except FileNotFoundError as error:
        raise CommandError(f"{path} does not exist") from error
    except (av.error.FFmpegError, OSError) as error:
        raise CommandError(f"{path} cannot be read as media: {error}") from error


def probe(path: Path) -> list[Track]:
    """Picture and sound of a file; cover art, subtitles and data are left out. Raises CommandError."""
    with open_media(path) as container:
        tracks = [_video(stream) for stream in container.streams.video if not _is_cover(stream)]
        tracks += [_audio(stream) for stream in container.streams.audio]
    if not tracks:
        raise CommandError(f"{path} holds neither picture nor sound")
    return tracks


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _video(stream: VideoStream) -> Track:
    context = stream.codec_context
    essence: dict[str, Any] = {"frame_width": context.width, "frame_height": context.height}
    rate = stream.guessed_rate or stream.average_rate
    average = stream.average_rate
    if rate is None or (average is not None and abs(average / rate - 1) > Fraction(1, 200)):
        essence["vfr"] = True
        rate = None
    else:
        essence["frame_rate"] = {"numerator": rate.numerator, "denominator": rate.denominator}
    if context.format is not None and context.format.components:
        essence["bit_depth"] = context.format.components[0].bits
    if (ratio := stream.sample_aspect_ratio) and ratio != 1:
        essence["pixel_aspect_ratio"] = {
            "numerator": ratio.numerator,
            "denominator": ratio.denominator,
        }
    if context.name == "h264" and (avc := _avc_parameters(context.extradata)):
        essence["avc_parameters"] = avc
    return Track(
        index=stream.index,
        kind="video",
        codec=context.name,
        mime=_CODECS.get(context.name, f"video/x-{context.name}"),
        essence=essence,
        rate=Fraction(rate) if rate is not None else None,
        language=stream.language,
    )


def _audio(stream: AudioStream) -> Track:
    context = stream.codec_context
    essence: dict[str, Any] = {"sample_rate": context.sample_rate, "channels": context.channels}
    name, mime = context.name, _CODECS.get(context.name, f"audio/x-{context.name}")
    if name.startswith("pcm_"):
        mime = "audio/x-raw-float" if name.startswith("pcm_f") else "audio/x-raw-int"
        essence["bit_depth"] = context.format.bits
        essence["unc_parameters"] = {"unc_type": "interleaved"}
    elif name == "aac":
        essence["codec_parameters"] = {"mp4_oti": 2}
    return Track(stream.index, "audio", name, mime, essence, None, stream.language)


def _avc_parameters(extradata: bytes | None) -> dict[str, int] | None:
    """Profile, flags and level as the avcC box or the first SPS names them. Source: ISO/IEC 14496-15."""
    if not extradata:
        return None
    if extradata[0] == 1:
        profile, flags, level = extradata[1:4]
    else:
        sps = extradata.find(b"\x00\x00\x01\x67")
        if sps < 0:
            return None
        profile, flags, level = extradata[sps + 4 : sps + 7]
    return {"profile": profile, "flags": flags, "level": level}
