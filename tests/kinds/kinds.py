"""The kinds of files: how FFmpeg makes each, and what its Flows must say that FFmpeg's reading does not."""

# ruff: noqa: E501

from dataclasses import dataclass, field
from typing import Any

PICTURE = "-f lavfi -i testsrc2=size=160x120:rate={rate}:duration={seconds}"
SOUND = "-f lavfi -i aevalsrc=0.3*sin(2*PI*(300+250*t)*t):s={hz}:d={seconds}"
X264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 12"
X265 = "-c:v libx265 -preset ultrafast -g 12 -x265-params log-level=error:keyint=12"
HDR = ":colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
BT2020 = "-color_primaries bt2020 -color_trc {transfer} -colorspace bt2020nc"
STATIC = (
    ":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    ":max-cll=1000,400:hdr-opt=1:repeat-headers=1"
)


def v(rate: str = "25", seconds: str = "2") -> str:
    return PICTURE.format(rate=rate, seconds=seconds)


def a(seconds: str = "2", hz: str = "48000") -> str:
    return SOUND.format(seconds=seconds, hz=hz)


@dataclass(frozen=True)
class Kind:
    """`steps` are the arguments of FFmpeg, each ending with the file it makes; the last one is the kind's.

    `mimes` are the codecs of its Flows. `made` names a step in Python that follows. `but` says of a column what is
    not supported, and why.
    """

    name: str
    steps: tuple[str, ...]
    mimes: tuple[str, ...]
    group: str = "codecs"
    made: str | None = None
    but: dict[str, str] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    left_out: str = ""
    short: bool = False

    @property
    def file(self) -> str:
        return self.steps[-1].rsplit(" ", 1)[-1]


def kind(name: str, steps: str | tuple[str, ...], mimes: str, **more: Any) -> Kind:
    return Kind(name, (steps,) if isinstance(steps, str) else steps, tuple(mimes.split()), **more)


AVC, HEVC, AAC, PCM = "video/h264", "video/h265", "audio/aac", "audio/x-raw-int"
YUV = "-map 0:v -map 1:a"
VA = f"{v()} {a()}"

PICTURES = [
    kind("H.264 baseline", f"{VA} {X264} -profile:v baseline -c:a aac base.mp4", f"{AVC} {AAC}"),
    kind("H.264 high, B-frames", f"{VA} {X264} -bf 3 -c:a aac high.mp4", f"{AVC} {AAC}"),
    kind(
        "H.264 open GOP, TS",
        f"{VA} {X264} -bf 2 -x264-params open-gop=1 -c:a aac open.ts",
        f"{AVC} {AAC}",
        short=True,
    ),
    kind(
        "H.264 high 10",
        f"{VA} -c:v libx264 -preset veryfast -pix_fmt yuv420p10le -g 12 -c:a aac high10.mkv",
        f"{AVC} {AAC}",
    ),
    kind(
        "H.264 4:2:2 10 bits",
        f"{VA} -c:v libx264 -preset veryfast -pix_fmt yuv422p10le -g 12 -c:a pcm_s24le h422.mov",
        f"{AVC} {PCM}",
    ),
    kind(
        "H.264 4:4:4", f"{v()} -c:v libx264 -preset veryfast -pix_fmt yuv444p -g 12 h444.mp4", AVC
    ),
    kind(
        "H.264 interlaced, top first",
        f"{v('50')} {a()} -vf interlace=scan=tff {X264} -flags +ildct+ilme -x264-params tff=1 -c:a aac tff.mp4",
        f"{AVC} {AAC}",
        expected={"interlace_mode": "interlaced_tff"},
    ),
    kind(
        "H.264 interlaced, bottom first, TS",
        f"{v('50')} {a()} -vf interlace=scan=bff {X264} -flags +ildct+ilme -x264-params bff=1 -c:a aac bff.ts",
        f"{AVC} {AAC}",
        expected={"interlace_mode": "interlaced_bff"},
    ),
    kind(
        "H.264 PsF flagged (fake-interlaced)",
        f"{v()} {X264} -x264-params fake-interlaced=1 fake.mp4",
        AVC,
    ),
    kind(
        "H.264 intra only",
        f"{v()} -c:v libx264 -preset veryfast -pix_fmt yuv422p10le -g 1 intra.mov",
        AVC,
    ),
    kind(
        "H.265, MP4 (hvc1)",
        f"{VA} {X265} -pix_fmt yuv420p -tag:v hvc1 -c:a aac hevc.mp4",
        f"{HEVC} {AAC}",
    ),
    kind("H.265, MP4 (hev1)", f"{v()} {X265} -pix_fmt yuv420p -tag:v hev1 hev1.mp4", HEVC),
    kind(
        "H.265 10 bits, TS", f"{VA} {X265} -pix_fmt yuv420p10le -c:a aac hevc10.ts", f"{HEVC} {AAC}"
    ),
    kind("H.265 4:2:2 10 bits", f"{v()} {X265} -pix_fmt yuv422p10le hevc422.mkv", HEVC),
    kind(
        "AV1, MP4", f"{VA} -c:v libaom-av1 -cpu-used 8 -g 12 -c:a aac av1.mp4", f"video/AV1 {AAC}"
    ),
    kind(
        "AV1 10 bits, WebM",
        f"{VA} -c:v libsvtav1 -preset 12 -g 12 -pix_fmt yuv420p10le -c:a libopus av1.webm",
        "video/AV1 audio/opus",
    ),
    kind(
        "VP8",
        f"{VA} -c:v libvpx -deadline realtime -cpu-used 8 -g 12 -c:a libvorbis vp8.webm",
        "video/VP8 audio/vorbis",
        short=True,
    ),
    kind(
        "VP9",
        f"{VA} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 -c:a libopus vp9.webm",
        "video/VP9 audio/opus",
    ),
    kind(
        "VP9 10 bits",
        f"{v()} -c:v libvpx-vp9 -profile:v 2 -deadline realtime -cpu-used 8 -pix_fmt yuv420p10le -g 12 vp910.mkv",
        "video/VP9",
    ),
    kind("MPEG-1", f"{VA} -c:v mpeg1video -g 12 -c:a mp2 mpeg1.mpg", "video/mpeg audio/mpeg"),
    kind(
        "MPEG-2, TS", f"{VA} -c:v mpeg2video -g 12 -bf 2 -c:a mp2 mpeg2.ts", "video/mpeg audio/mpeg"
    ),
    kind(
        "MPEG-2 interlaced",
        f"{v('50')} {a()} -vf interlace=scan=tff -c:v mpeg2video -flags +ildct+ilme -g 12 -c:a mp2 mpeg2i.mpg",
        "video/mpeg audio/mpeg",
        expected={"interlace_mode": "interlaced_tff"},
    ),
    kind(
        "MPEG-2 4:2:2, MXF OP1a",
        f"{VA} -c:v mpeg2video -pix_fmt yuv422p -g 12 -c:a pcm_s24le mpeg422.mxf",
        f"video/mpeg {PCM}",
    ),
    kind(
        "MPEG-4 Part 2",
        f"{VA} -c:v mpeg4 -g 12 -c:a libmp3lame mpeg4.avi",
        "video/MP4V-ES audio/mpeg",
    ),
    kind(
        "MPEG-4 Part 2, B-frames",
        f"{VA} -c:v mpeg4 -g 12 -bf 2 -c:a aac mpeg4b.mp4",
        f"video/MP4V-ES {AAC}",
    ),
    kind(
        "H.263",
        "-f lavfi -i testsrc2=size=176x144:rate=25:duration=2 -c:v h263 -g 12 h263.3gp",
        "video/H263",
    ),
    kind(
        "ProRes 422 HQ",
        f"{VA} -c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le -c:a pcm_s24le prores.mov",
        f"video/x-prores {PCM}",
        short=True,
    ),
    kind(
        "ProRes 4444 with alpha",
        f"{v()} -vf format=yuva444p10le -c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le prores4444.mov",
        "video/x-prores",
    ),
    kind(
        "DNxHR SQ",
        f"-f lavfi -i testsrc2=size=256x120:rate=25:duration=2 {a()} -c:v dnxhd -profile:v dnxhr_sq -pix_fmt yuv422p -c:a pcm_s16le dnxhr.mov",
        f"video/x-dnxhd {PCM}",
    ),
    kind(
        "DNxHD 120",
        "-f lavfi -i testsrc2=size=1920x1080:rate=25:duration=1.6 -c:v dnxhd -b:v 120M -pix_fmt yuv422p dnxhd.mxf",
        "video/x-dnxhd",
    ),
    kind("FFV1", f"{VA} -c:v ffv1 -level 3 -c:a flac ffv1.mkv", "video/FFV1 audio/flac"),
    kind(
        "Motion JPEG",
        f"{VA} -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le mjpeg.avi",
        f"video/JPEG {PCM}",
    ),
    kind(
        "JPEG 2000",
        f"{v()} -c:v jpeg2000 -pix_fmt yuv422p10le jp2.mov",
        "video/jp2",
        but={"metadata": "releases of FFmpeg read its depth differently"},
    ),
    kind(
        "HuffYUV",
        f"{VA} -c:v huffyuv -pix_fmt yuv422p -c:a pcm_s16le huff.avi",
        f"video/x-huffyuv {PCM}",
    ),
    kind("FFVHUFF", f"{v()} -c:v ffvhuff -pix_fmt yuv420p ffvhuff.mkv", "video/x-ffvhuff"),
    kind("UT Video", f"{v()} -c:v utvideo -pix_fmt yuv422p ut.avi", "video/x-utvideo"),
    kind(
        "raw, UYVY",
        f"{VA} -c:v rawvideo -pix_fmt uyvy422 -c:a pcm_s16le raw.mov",
        f"video/raw {PCM}",
    ),
    kind("raw, planar 4:2:0", f"{v()} -c:v rawvideo -pix_fmt yuv420p raw.avi", "video/raw"),
    kind("raw, Y4M", f"{v()} -pix_fmt yuv422p raw.y4m", "video/raw"),
    kind("raw, RGB", f"{v()} -c:v rawvideo -pix_fmt rgb24 rgb.mov", "video/raw"),
    kind("v210", f"{v()} -c:v v210 -pix_fmt yuv422p10le v210.mov", "video/raw"),
    kind(
        "Theora",
        f"{VA} -c:v libtheora -g 12 -c:a libvorbis theora.ogv",
        "video/x-theora audio/vorbis",
    ),
    kind(
        "DV PAL",
        f"-f lavfi -i testsrc2=size=720x576:rate=25:duration=2 {a()} -c:v dvvideo -pix_fmt yuv420p -c:a pcm_s16le dv.avi",
        f"video/DV {PCM}",
    ),
    kind("CineForm", f"{v()} -c:v cfhd -pix_fmt yuv422p10le cfhd.mov", "video/x-cineform"),
    kind("PNG in QuickTime", f"{v()} -c:v png png.mov", "image/png"),
    kind("QuickTime Animation", f"{v()} -c:v qtrle -pix_fmt rgb24 qtrle.mov", "video/x-qtrle"),
]

SOUNDS = [
    kind(
        "AAC LC",
        f"{a()} -c:a aac lc.m4a",
        AAC,
        tags={"channel_layout": "mono"},
        expected={"codec_parameters": {"mp4_oti": 2}},
    ),
    kind("AAC mono", f"{a()} -ac 1 -c:a aac mono.m4a", AAC),
    kind("AAC 44.1 kHz, ADTS", f"{a('2', '44100')} -ac 2 -c:a aac adts.aac", AAC),
    kind("AAC 22.05 kHz", f"{a('2', '22050')} -c:a aac aac22.m4a", AAC),
    kind(
        "AAC 5.1",
        f"{a()} -af pan=5.1|c0=c0|c1=0.5*c0|c2=0.2*c0|c3=0.1*c0|c4=0.3*c0|c5=0.4*c0 -c:a aac aac51.mp4",
        AAC,
        tags={"channel_layout": "5.1"},
    ),
    kind("AAC in LATM, TS", f"{a()} -ac 2 -c:a aac -mpegts_flags latm latm.ts", "audio/MP4A-LATM"),
    kind("MP2", f"{a()} -c:a mp2 mp2.mp2", "audio/mpeg"),
    kind("MP3 CBR", f"{a()} -c:a libmp3lame -b:a 128k cbr.mp3", "audio/mpeg"),
    kind("MP3 VBR, 44.1 kHz", f"{a('2', '44100')} -c:a libmp3lame -q:a 2 vbr.mp3", "audio/mpeg"),
    kind(
        "AC-3 5.1",
        f"{a()} -af pan=5.1|c0=c0|c1=0.5*c0|c2=0.2*c0|c3=0.1*c0|c4=0.3*c0|c5=0.4*c0 -c:a ac3 ac3.ac3",
        "audio/ac3",
    ),
    kind(
        "E-AC-3",
        f"{a()} -ac 2 -c:a eac3 eac3.mp4",
        "audio/eac3",
        but={
            "ingest": "the sound ends 32 samples later",
            "whole": "the sound ends 32 samples later",
        },
    ),
    kind(
        "DTS",
        f"{a()} -ac 2 -c:a dca -strict -2 dts.mkv",
        "audio/vnd.dts",
        but={"whole": "the sound ends 64 samples early"},
    ),
    kind(
        "TrueHD",
        f"{a()} -ac 2 -c:a truehd -strict -2 thd.mkv",
        "audio/vnd.dolby.mlp",
        but={"metadata": "the bit depth is not stated"},
    ),
    kind("Opus", f"{a()} -ac 2 -c:a libopus opus.ogg", "audio/opus", short=True),
    kind(
        "Vorbis",
        f"{a('2', '44100')} -ac 2 -c:a libvorbis vorbis.ogg",
        "audio/vorbis",
        but={"stretch": "the sound is 7 samples off"},
    ),
    kind("FLAC 16 bits", f"{a()} -c:a flac -sample_fmt s16 f16.flac", "audio/flac"),
    kind(
        "FLAC 24 bits, 96 kHz",
        f"{a('2', '96000')} -c:a flac -sample_fmt s32 f24.flac",
        "audio/flac",
        expected={"bit_depth": 24},
    ),
    kind("ALAC", f"{a()} -c:a alac alac.m4a", "audio/x-alac"),
    kind(
        "ALAC 24 bits",
        f"{a()} -c:a alac -sample_fmt s32p alac24.m4a",
        "audio/x-alac",
        expected={"bit_depth": 24},
    ),
    kind(
        "WavPack",
        f"{a()} -c:a wavpack wv.wv",
        "audio/x-wavpack",
        but={"metadata": "the bit depth is not stated"},
    ),
    kind(
        "True Audio",
        f"{a()} -c:a tta tta.tta",
        "audio/x-tta",
        but={
            "ingest": "Matroska does not keep how long the last frame is, so readers leave it out",
            "metadata": "the bit depth is not stated",
            "whole": "as at ingest",
            "stretch": "as at ingest",
        },
    ),
    kind("PCM 16 bits, WAV", f"{a()} -c:a pcm_s16le s16.wav", PCM, short=True),
    kind(
        "PCM 24 bits, BWF",
        f"{a()} -c:a pcm_s24le -write_bext 1 -metadata time_reference=48000 s24.wav",
        PCM,
    ),
    kind("PCM 32 bits", f"{a()} -c:a pcm_s32le s32.wav", PCM),
    kind("PCM float", f"{a()} -c:a pcm_f32le f32.wav", "audio/x-raw-float"),
    kind("PCM 8 bits", f"{a('2', '22050')} -c:a pcm_u8 u8.wav", PCM),
    kind("PCM big-endian, AIFF", f"{a()} -c:a pcm_s16be be.aiff", PCM),
    kind("PCM 24 bits, CAF", f"{a()} -c:a pcm_s24be caf.caf", PCM),
    kind("PCM, RF64", f"{a()} -c:a pcm_s16le -rf64 always rf64.wav", PCM),
    kind(
        "PCM 7.1",
        f"{a()} -af pan=7.1|c0=c0|c1=0.5*c0|c2=0.2*c0|c3=0.1*c0|c4=0.3*c0|c5=0.4*c0|c6=0.6*c0|c7=0.7*c0 -c:a pcm_s24le pcm71.mov",
        PCM,
    ),
    kind("PCM, Sun AU", f"{a()} -c:a pcm_s16be au.au", PCM),
    kind("PCM, Wave64", f"{a()} -c:a pcm_s24le w64.w64", PCM),
    kind("G.711 A-law", f"{a('2', '8000')} -c:a pcm_alaw alaw.wav", "audio/PCMA"),
    kind("G.711 µ-law", f"{a('2', '8000')} -c:a pcm_mulaw ulaw.mov", "audio/PCMU"),
    kind(
        "AES3 in TS (SMPTE 302M)",
        f"{a()} -ac 2 -sample_fmt s16 -c:a s302m -strict -2 s302m.ts",
        "audio/x-smpte-302m",
        but={
            "ingest": "the last packet, of 16 ms, is left out",
            "metadata": "the bit depth is not stated",
            "timeline": "ends 16 ms early",
            "whole": "ends 16 ms early",
        },
    ),
    kind("IMA ADPCM", f"{a()} -c:a adpcm_ima_qt adpcm.mov", "audio/x-adpcm"),
]

BARS = f"{VA} {X264} -c:a aac"

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

T = "timelines"
TIMELINES = [
    kind(
        "edit list",
        (
            f"{v('25', '3')} {a('3')} {X264} -c:a aac whole.mp4",
            "-ss 0.7 -i {whole.mp4} -c copy edit.mp4",
        ),
        f"{AVC} {AAC}",
        group=T,
        short=True,
    ),
    kind("start at 10 s", f"{BARS} -output_ts_offset 10 late.ts", f"{AVC} {AAC}", group=T),
    kind("23.976", f"{v('24000/1001')} {a()} {X264} -c:a aac r23976.mp4", f"{AVC} {AAC}", group=T),
    kind(
        "29.97",
        f"{v('30000/1001')} {a()} {X264} -c:a aac r2997.mp4",
        f"{AVC} {AAC}",
        group=T,
        short=True,
    ),
    kind("59.94, TS", f"{v('60000/1001')} {a()} {X264} -c:a aac r5994.ts", f"{AVC} {AAC}", group=T),
    kind(
        "29.97, Matroska",
        f"{v('30000/1001')} {a()} {X264} -c:a aac r2997.mkv",
        f"{AVC} {AAC}",
        group=T,
    ),
    kind(
        "frames of varying length",
        f"{v('50')} {a()} -vf select='not(mod(n\\,2))+lt(mod(n\\,20)\\,9)' -fps_mode vfr {X264} -c:a aac vfr.mp4",
        f"{AVC} {AAC}",
        group=T,
        short=True,
    ),
    kind(
        "clock that wraps at 33 bits",
        f"{BARS} -output_ts_offset 95442.7 wrap.ts",
        f"{AVC} {AAC}",
        group=T,
    ),
    kind(
        "clock that jumps",
        (
            f"{v('25', '1')} {a('1')} {X264} -c:a aac j1.ts",
            f"{v('25', '1')} {a('1')} {X264} -c:a aac -output_ts_offset 5000 j2.ts",
        ),
        f"{AVC} {AAC}",
        group=T,
        made="joined",
        but={
            "timeline": "what follows the jump is up to a packet of sound later",
            "whole": "as in the timeline",
            "stretch": "as in the timeline",
        },
    ),
    kind(
        "a hole of 3 s",
        (
            f"{v('25', '1.92')} {a('1.92')} {X264} -c:a aac g1.ts",
            f"{v('25', '1.92')} {a('1.92')} {X264} -c:a aac -output_ts_offset 5 g2.ts",
        ),
        f"{AVC} {AAC}",
        group=T,
        made="joined",
    ),
    kind(
        "sound longer than picture",
        f"{v('25', '1.2')} {a('3')} {X264} -c:a aac long.mp4",
        f"{AVC} {AAC}",
        group=T,
        short=True,
    ),
    kind(
        "sound shorter than picture",
        f"{v()} {a('1')} {X264} -c:a aac brief.mp4",
        f"{AVC} {AAC}",
        group=T,
    ),
    kind(
        "sound begins 0.4 s later",
        f"{v()} -itsoffset 0.4 {a('1.6')} {X264} -c:a aac lag.mp4",
        f"{AVC} {AAC}",
        group=T,
    ),
    kind(
        "sound begins 0.4 s earlier",
        f"-itsoffset 0.4 {v('25', '1.6')} {a('2')} {X264} -c:a aac lead.mkv",
        f"{AVC} {AAC}",
        group=T,
    ),
    kind(
        "one frame",
        f"{v('25', '0.04')} {X264} one.mp4",
        AVC,
        group=T,
        but={"stretch": "a single frame has no stretch"},
    ),
    kind(
        "several tracks of sound",
        f"{VA} {a()} {X264} -map 0:v -map 1:a -map 2:a -c:a aac -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra langs.mp4",
        f"{AVC} {AAC} {AAC}",
        group=T,
    ),
    kind(
        "two programmes",
        f"{VA} {v()} {a()} {X264} -map 0 -map 1 -map 2 -map 3 -c:a aac -program title=One:st=0:st=1 -program title=Two:st=2:st=3 progs.ts",
        f"{AVC} {AVC} {AAC} {AAC}",
        group=T,
    ),
    kind(
        "chapters, title, recording time",
        (
            "meta.txt",
            f"{VA} -i {{meta.txt}} -map_metadata 2 -map 0:v -map 1:a {X264} -c:a aac -metadata creation_time=2024-05-06T07:08:09Z chap.mp4",
        ),
        f"{AVC} {AAC}",
        group=T,
        made="chapters",
        tags={
            "title": "The title",
            "recorded_at": "2024-05-06T07:08:09.000000Z",
            "chapters": ["[0:0_1:0) First", "[1:0_2:0) Second"],
        },
    ),
    kind(
        "subtitles",
        (
            "subs.srt",
            f"{VA} -i {{subs.srt}} -map 0:v -map 1:a -map 2:s {X264} -c:a aac -c:s mov_text subs.mp4",
        ),
        f"{AVC} {AAC}",
        group=T,
        made="subtitles",
        left_out="subtitle (track 2, mov_text)",
    ),
    kind(
        "cover art",
        (
            f"{v()} -frames:v 1 cover.png",
            f"{a()} -i {{cover.png}} -map 0:a -map 1:v -c:a libmp3lame -c:v copy -disposition:v attached_pic cover.mp3",
        ),
        "audio/mpeg",
        group=T,
        left_out="cover art (track 1",
    ),
    kind(
        "timecode track",
        f"{BARS} -timecode 10:11:12:13 tc.mov",
        f"{AVC} {AAC}",
        group=T,
        tags={"timecode": "10:11:12:13"},
        left_out="timecode",
    ),
    kind(
        "rotated by 90°",
        (f"{BARS} flat.mp4", "-i {flat.mp4} -c copy rot.mp4"),
        f"{AVC} {AAC}",
        group=T,
        made="rotated",
        tags={"rotation": "90"},
    ),
    kind(
        "pixels of 16:15",
        f"-f lavfi -i testsrc2=size=180x144:rate=25:duration=2 -vf setsar=16/15 {X264} sar.mp4",
        AVC,
        group=T,
    ),
    kind(
        "HDR10",
        f"{v()} {X265}{HDR.format(transfer='smpte2084')}{STATIC} -pix_fmt yuv420p10le {BT2020.format(transfer='smpte2084')} -tag:v hvc1 hdr10.mp4",
        HEVC,
        group=T,
        short=True,
        expected={"transfer_characteristic": "PQ", "colorspace": "BT2100"},
    ),
    kind(
        "HLG",
        f"{v()} {X265}{HDR.format(transfer='arib-std-b67')} -pix_fmt yuv420p10le {BT2020.format(transfer='arib-std-b67')} hlg.mkv",
        HEVC,
        group=T,
        expected={"transfer_characteristic": "HLG", "colorspace": "BT2100"},
    ),
    kind(
        "BT.709, full range",
        f"{v()} -vf scale=out_range=full -color_range pc {X264} -color_primaries bt709 -color_trc bt709 -colorspace bt709 full.mp4",
        AVC,
        group=T,
        expected={"transfer_characteristic": "SDR", "colorspace": "BT709"},
    ),
    kind(
        "tags not in UTF-8",
        f"{a()} -c:a pcm_s16le -metadata title=caf\udce9 latin.wav",
        PCM,
        group=T,
    ),
    kind("odd name", f"{BARS} ä_'quote'\"$;é.mp4", f"{AVC} {AAC}", group=T),
    kind(
        "index at the end, cut off",
        f"{VA} {X264} -c:a aac cut.mkv",
        f"{AVC} {AAC}",
        group="damage",
        made="cut_off",
    ),
    kind(
        "transport stream cut off",
        f"{VA} {X264} -c:a aac cut.ts",
        f"{AVC} {AAC}",
        group="damage",
        made="cut_off",
    ),
]

KINDS = [*PICTURES, *SOUNDS, *WRAPPERS, *TIMELINES]
