"""Codecs go by their registered names; supported media stays intact, and the rest is rejected in one line."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import av.error
import pytest
from av.codec import Codec, codecs_available

from cli.codecs import mime_of, wrappings_for
from cli.damage import Damage
from cli.errors import CommandError
from cli.plan import plan
from cli.probe import probe
from cli.segmenting import segments
from tests.cli.made_media import make

AUDIO: list[tuple[str, str, str, dict[str, Any]]] = [
    ("aac", "mp4", "audio/aac", {}),
    ("libmp3lame", "mp3", "audio/mpeg", {}),
    ("libmp3lame", "mp4", "audio/mpeg", {}),
    ("mp2", "ts", "audio/mpeg", {}),
    ("ac3", "ts", "audio/ac3", {}),
    ("eac3", "mp4", "audio/eac3", {}),
    ("flac", "flac", "audio/flac", {}),
    ("flac", "mkv", "audio/flac", {}),
    ("alac", "m4a", "audio/x-alac", {}),
    ("libopus", "ogg", "audio/opus", {}),
    ("vorbis", "webm", "audio/vorbis", {}),
    ("wavpack", "mkv", "audio/x-wavpack", {}),
    ("tta", "mkv", "audio/x-tta", {}),
    ("pcm_alaw", "wav", "audio/PCMA", {"sample_rate": 8_000, "layout": "mono"}),
    ("pcm_mulaw", "mov", "audio/PCMU", {"sample_rate": 8_000, "layout": "mono"}),
    ("pcm_s16le", "wav", "audio/x-raw-int", {}),
    ("pcm_s24be", "aiff", "audio/x-raw-int", {}),
    ("pcm_u8", "wav", "audio/x-raw-int", {}),
    ("pcm_f32le", "wav", "audio/x-raw-float", {}),
]

VIDEO: list[tuple[str, str, str, dict[str, Any]]] = [
    ("libx264", "mp4", "video/h264", {}),
    ("libx265", "mkv", "video/h265", {}),
    ("libsvtav1", "mp4", "video/AV1", {}),
    ("libsvtav1", "webm", "video/AV1", {}),
    ("libvpx", "webm", "video/VP8", {}),
    ("libvpx-vp9", "webm", "video/VP9", {}),
    ("mpeg2video", "ts", "video/mpeg", {}),
    ("mpeg4", "avi", "video/MP4V-ES", {}),
    ("mjpeg", "mov", "video/JPEG", {"pix_fmt": "yuvj420p"}),
    ("prores_ks", "mov", "video/x-prores", {"pix_fmt": "yuv422p10le"}),
    ("ffv1", "mkv", "video/FFV1", {}),
    ("jpeg2000", "mov", "video/jp2", {}),
    ("v210", "mov", "video/raw", {"pix_fmt": "yuv422p10le"}),
    ("rawvideo", "mov", "video/raw", {"pix_fmt": "uyvy422"}),
    ("rawvideo", "avi", "video/raw", {"pix_fmt": "yuv420p"}),
    ("huffyuv", "avi", "video/x-huffyuv", {"pix_fmt": "yuv422p"}),
    ("ffvhuff", "avi", "video/x-ffvhuff", {}),
    ("utvideo", "avi", "video/x-utvideo", {"pix_fmt": "yuv422p"}),
]


def decoded(media: bytes | Path, kind: str) -> int:
    """Frames of picture, of those that decode, or packets of sound."""
    source: Any = BytesIO(media) if isinstance(media, bytes) else str(media)
    with av.open(source, "r") as container:
        stream = getattr(container.streams, kind)[0]
        if kind == "video":
            return sum(_frames(packet) for packet in container.demux(stream))
        return sum(1 for packet in container.demux(stream) if packet.pts is not None)


def _frames(packet: Any) -> int:
    try:
        return len(packet.decode())
    except av.error.FFmpegError:
        return 0


def cut(path: Path) -> list[bytes]:
    tracks = probe(path)
    planned = plan(path, tracks, Fraction(1, 2))
    cuts = segments(path, tracks[0], planned, 0, Damage())
    return [(cut.init or b"") + cut.media for cut in cuts]


def named_and_cut(path: Path, mime: str) -> list[bytes]:
    (track,) = probe(path)
    media = cut(path)

    assert track.mime == mime
    assert len(media) > 1
    return media


@pytest.mark.parametrize(("encoder", "suffix", "mime", "how"), VIDEO)
def test_picture_is_named_by_its_codec_and_every_frame_comes_back(
    tmp_path: Path, encoder: str, suffix: str, mime: str, how: dict[str, Any]
) -> None:
    path = make(tmp_path / f"in.{suffix}", video=encoder, seconds=1.2, **how)

    media = named_and_cut(path, mime)

    assert sum(decoded(each, "video") for each in media) == decoded(path, "video") == 30


def test_prores_keeps_its_profile_and_with_it_depth_and_alpha(tmp_path: Path) -> None:
    path = tmp_path / "in.mov"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("prores_ks", rate=25, options={"profile": "4444"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuva444p10le"
        for number in range(3):
            frame = av.VideoFrame(160, 96, "yuva444p10le")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    (media,) = cut(path)

    with av.open(BytesIO(media)) as stored:
        assert stored.streams.video[0].codec_context.pix_fmt == "yuva444p12le"


@pytest.mark.parametrize(("encoder", "suffix", "mime", "how"), AUDIO)
def test_sound_is_named_by_its_codec_and_every_packet_comes_back(
    tmp_path: Path, encoder: str, suffix: str, mime: str, how: dict[str, Any]
) -> None:
    path = make(tmp_path / f"in.{suffix}", audio=encoder, seconds=1.2, **how)

    media = named_and_cut(path, mime)

    if not encoder.startswith("pcm"):  # a reader of PCM makes packets of any size
        assert sum(decoded(each, "audio") for each in media) == decoded(path, "audio")


def decoders() -> list[Codec]:
    """Every decoder of picture or sound that the library has."""
    found = []
    for name in sorted(codecs_available):
        try:
            codec = Codec(name, "r")
        except ValueError:
            continue  # an encoder only
        if codec.type in {"video", "audio"}:
            found.append(codec)
    return found


def test_no_decoders_name_becomes_a_codecs_name() -> None:
    """Each decoder of one codec gives one MIME type, and one that is well formed."""
    known: dict[str, set[str | None]] = {}
    for codec in decoders():
        kind: Any = codec.type
        known.setdefault(codec.canonical_name, set()).add(mime_of(kind, codec.canonical_name))

    assert all(len(mimes) == 1 for mimes in known.values())
    named = {name: mime for name, (mime,) in known.items() if mime is not None}
    assert len(named) > 60
    for name, mime in named.items():
        top, _, subtype = mime.partition("/")
        assert top in {"video", "audio", "image"}
        assert subtype, name
        assert "float" not in subtype or name.startswith("pcm_f")


def test_a_codec_without_a_name_is_refused_by_its_name(tmp_path: Path) -> None:
    sound = make(tmp_path / "in.asf", audio="wmav2")
    picture = make(tmp_path / "in.flv", video="flv")

    for path, codec in [(sound, "wmav2"), (picture, "flv1")]:
        with pytest.raises(CommandError, match=f"coded as {codec}, which cannot") as refused:
            probe(path)
        assert "\n" not in str(refused.value)


def test_every_named_codec_has_containers_to_try() -> None:
    for codec in decoders():
        kind: Any = codec.type
        wrappings = wrappings_for(kind, codec.canonical_name)
        assert len(wrappings) == len({each.muxer for each in wrappings}) >= 3


def test_a_packing_that_no_container_keeps_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "in.nut", video="rawvideo", pix_fmt="yuv444p")

    with pytest.raises(CommandError, match=r"\(rawvideo\) fits none of the containers"):
        probe(path)
