"""Kinds of containers."""

# ruff: noqa: E501

from tests.kinds.kind import AAC, AVC, BARS, PCM, VA, X264, a, kind, v

WRAPPERS = [
    kind(
        "fragmented MP4",
        f"{BARS} -movflags frag_keyframe+empty_moov frag.mp4",
        f"{AVC} {AAC}",
        group="wrappers",
        but={
            "timeline": "this file has a hole of 59 ms behind the first packet of sound: the store keeps it, FFmpeg closes it",
            "stretch": "this file has a hole of 59 ms behind the first packet of sound: the store keeps it, FFmpeg closes it",
        },
    ),
    kind(
        "DASH-style CMAF",
        f"{BARS} -movflags cmaf+frag_keyframe+empty_moov+default_base_moof cmaf.mp4",
        f"{AVC} {AAC}",
        group="wrappers",
    ),
    kind("QuickTime", f"{BARS} qt.mov", f"{AVC} {AAC}", group="wrappers"),
    kind("Matroska", f"{BARS} mat.mkv", f"{AVC} {AAC}", group="wrappers"),
    kind("MPEG-TS", f"{BARS} ts.ts", f"{AVC} {AAC}", group="wrappers"),
    kind(
        "M2TS",
        f"{VA} {X264} -c:a ac3 -mpegts_m2ts_mode 1 bd.m2ts",
        f"{AVC} audio/ac3",
        group="wrappers",
    ),
    kind(
        "MPEG program stream",
        f"{VA} -c:v mpeg2video -g 12 -bf 2 -c:a mp2 -f vob ps.mpg",
        "video/mpeg audio/mpeg",
        group="wrappers",
    ),
    kind(
        "AVI with H.264",
        f"{VA} {X264} -bf 0 -c:a libmp3lame h264.avi",
        f"{AVC} audio/mpeg",
        group="wrappers",
        but={
            "timeline": "AVI has no times of presentation; FFmpeg 5.1 reads a hole after the first frame",
            "whole": "as in the timeline",
            "stretch": "as in the timeline",
        },
    ),
    kind(
        "MXF OPAtom",
        "-f lavfi -i testsrc2=size=1920x1080:rate=25:duration=1.6 -c:v dnxhd -b:v 120M -pix_fmt yuv422p -f mxf_opatom atom.mxf",
        "video/x-dnxhd",
        group="wrappers",
    ),
    kind(
        "MXF with H.264",
        f"{VA} {X264} -c:a pcm_s16le avc.mxf",
        f"{AVC} {PCM}",
        group="wrappers",
        but={"stretch": "releases of FFmpeg give B-frames in MXF different times"},
    ),
    kind("Flash Video", f"{BARS} flv.flv", f"{AVC} {AAC}", group="wrappers"),
    kind(
        "GXF",
        f"-f lavfi -i testsrc2=size=720x576:rate=25:duration=2 {a()} -c:v mpeg2video -pix_fmt yuv422p -g 12 -c:a pcm_s16le gxf.gxf",
        f"video/mpeg {PCM}",
        group="wrappers",
        but={
            "metadata": "the frame rate counts as variable",
            "timeline": "the sound claims 12 ms more than it has",
        },
    ),
    kind("Ogg with FLAC", f"{a()} -c:a flac flac.oga", "audio/flac", group="wrappers"),
    kind(
        "NUT",
        f"{VA} -c:v ffv1 -level 3 -c:a pcm_s16le nut.nut",
        f"video/FFV1 {PCM}",
        group="wrappers",
    ),
    kind(
        "H.264 elementary stream",
        f"{v()} {X264} es.h264",
        AVC,
        group="wrappers",
        but={
            "ingest": "refused: its packets have no times",
            "metadata": "refused: its packets have no times",
            "timeline": "refused: its packets have no times",
            "whole": "refused: its packets have no times",
            "stretch": "refused: its packets have no times",
        },
    ),
    kind(
        "3GP",
        f"{v()} {a('2', '8000')} {X264} -profile:v baseline -c:a aac 3gp.3gp",
        f"{AVC} {AAC}",
        group="wrappers",
    ),
]
