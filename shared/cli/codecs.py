"""TAMS's names for codecs, and the containers that suit them.

The key is the codec's canonical name in libavcodec, never the name of the decoder that happens to read it.
MIME types are spelt as the IANA registry spells them, except where TAMS's own examples differ (`video/h264`,
`video/jp2`, `audio/x-raw-int`). Codecs without a registration have an `x-` name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["video", "audio"]


@dataclass(frozen=True)
class Wrapping:
    """A container for one elementary stream: its MIME type, and libavformat's name for it.

    `init_mime` is that of the initialisation which all its Objects share, if they need one.
    """

    mime: str
    muxer: str
    init_mime: str | None = None

    @property
    def is_fragmented(self) -> bool:
        return self.init_mime is not None


MPEG_TS = Wrapping("video/mp2t", "mpegts")
QUICKTIME = Wrapping("video/quicktime", "mov")
AVI = Wrapping("video/vnd.avi", "avi")
CMAF: Mapping[Kind, Wrapping] = {
    "video": Wrapping("video/iso.segment", "mp4", init_mime="video/mp4"),
    "audio": Wrapping("audio/iso.segment", "mp4", init_mime="audio/mp4"),
}
WEBM: Mapping[Kind, Wrapping] = {
    "video": Wrapping("video/webm", "webm"),
    "audio": Wrapping("audio/webm", "webm"),
}
MATROSKA: Mapping[Kind, Wrapping] = {
    "video": Wrapping("video/matroska", "matroska"),
    "audio": Wrapping("audio/matroska", "matroska"),
}

_VIDEO: Mapping[str, str] = {
    "av1": "video/AV1",
    "cfhd": "video/x-cineform",
    "cinepak": "video/x-cinepak",
    "dirac": "video/x-dirac",
    "dnxhd": "video/x-dnxhd",
    "dvvideo": "video/DV",
    "ffv1": "video/FFV1",
    "ffvhuff": "video/x-ffvhuff",
    "h263": "video/H263",
    "h264": "video/h264",
    "hap": "video/x-hap",
    "hevc": "video/h265",
    "huffyuv": "video/x-huffyuv",
    "jpeg2000": "video/jp2",
    "mjpeg": "video/JPEG",
    "mpeg1video": "video/mpeg",
    "mpeg2video": "video/mpeg",
    "mpeg4": "video/MP4V-ES",
    "msmpeg4v3": "video/x-msmpeg4",
    "png": "image/png",
    "prores": "video/x-prores",
    "prores_raw": "video/x-prores-raw",
    "qtrle": "video/x-qtrle",
    "rv40": "video/x-pn-realvideo",
    "svq3": "video/x-svq3",
    "theora": "video/x-theora",
    "utvideo": "video/x-utvideo",
    "vc1": "video/vc1",
    "vp8": "video/VP8",
    "vp9": "video/VP9",
    "vvc": "video/h266",
}

_AUDIO: Mapping[str, str] = {
    "aac": "audio/aac",
    "aac_latm": "audio/MP4A-LATM",
    "ac3": "audio/ac3",
    "adpcm_ima_qt": "audio/x-adpcm",
    "alac": "audio/x-alac",
    "amr_nb": "audio/AMR",
    "amr_wb": "audio/AMR-WB",
    "dts": "audio/vnd.dts",
    "eac3": "audio/eac3",
    "evrc": "audio/EVRC",
    "flac": "audio/flac",
    "gsm": "audio/GSM",
    "ilbc": "audio/iLBC",
    "mlp": "audio/vnd.dolby.mlp",
    "mp1": "audio/mpeg",
    "mp2": "audio/mpeg",
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "pcm_alaw": "audio/PCMA",
    "pcm_mulaw": "audio/PCMU",
    "qcelp": "audio/QCELP",
    "s302m": "audio/x-smpte-302m",
    "speex": "audio/speex",
    "truehd": "audio/vnd.dolby.mlp",
    "tta": "audio/x-tta",
    "vorbis": "audio/vorbis",
    "wavpack": "audio/x-wavpack",
}

_LINEAR_PCM = re.compile(r"pcm_(?P<sort>[suf])(?P<bits>8|16|24|32|64)(le|be)?")

BROADCAST = frozenset(
    {
        *("h264", "hevc", "vvc", "mpeg1video", "mpeg2video"),
        *("aac", "aac_latm", "mp1", "mp2", "mp3", "ac3", "eac3", "s302m"),
    }
)
"""What readers of MPEG-TS find in it. Other codecs it takes as data that no player reads."""

_STREAMED = frozenset({"hevc", "mpeg4", "vp9", "av1", "opus", "flac", "alac", "truehd"})
"""HEVC is in MPEG-TS too, but browsers and Apple's players want it in MP4."""

_EITHER = frozenset({"h264", "aac", "mp3", "ac3", "eac3"})
"""What players take in both: these go with the other tracks of their file."""

_OPEN = frozenset({"ffv1", "theora", "mlp", "tta", "wavpack", "msmpeg4v3", "rv40"})

IN_AVI = frozenset({"huffyuv", "ffvhuff", "utvideo"})
"""What only AVI holds. All their frames are key frames, so the times that AVI lacks do not matter."""

Asked = Literal["auto", "ts", "cmaf"]
"""The containers that a user prefers."""


def mime_of(kind: Kind, codec: str) -> str | None:
    """None for a codec without a name here, which cannot be ingested."""
    if kind == "video":
        return _VIDEO.get(codec)
    if linear := _LINEAR_PCM.fullmatch(codec):
        return "audio/x-raw-float" if linear["sort"] == "f" else "audio/x-raw-int"
    return _AUDIO.get(codec)


def pcm_bits(codec: str) -> int | None:
    """Bits per sample of linear PCM; None for every other codec."""
    linear = _LINEAR_PCM.fullmatch(codec)
    return int(linear["bits"]) if linear else None


def resolved(asked: Asked, codecs: Iterable[str]) -> Asked:
    """The container to prefer for a file: if one track needs CMAF, tracks that can use either do so too.

    Players join picture and sound of one kind most reliably.
    """
    return "cmaf" if asked == "auto" and not _STREAMED.isdisjoint(codecs) else asked


def wrappings_for(kind: Kind, codec: str, asked: Asked = "auto") -> list[Wrapping]:
    """The containers to try, best first.

    MPEG-TS for codecs common in broadcast, CMAF for those common on the web, WebM and Matroska for their
    native ones, AVI for what only it holds, QuickTime for the rest. The others follow, because a container
    may refuse a particular stream. What is asked comes first where it suits the codec.
    """
    if asked == "ts" and codec in BROADCAST:
        best = MPEG_TS
    elif codec in _STREAMED or (asked == "cmaf" and codec in _EITHER):
        best = CMAF[kind]
    elif codec in BROADCAST:
        best = MPEG_TS
    elif codec in {"vp8", "vorbis"}:
        best = WEBM[kind]
    elif codec in IN_AVI:
        best = AVI
    elif codec in _OPEN:
        best = MATROSKA[kind]
    else:
        best = QUICKTIME
    others = [MPEG_TS] if codec in BROADCAST else []
    others += [QUICKTIME, CMAF[kind], MATROSKA[kind]]
    return [best, *(each for each in others if each != best)]
