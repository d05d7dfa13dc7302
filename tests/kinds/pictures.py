"""Kinds of pictures: each codec, in its usual container."""

# ruff: noqa: E501

from tests.kinds.kind import AAC, AVC, HEVC, PCM, VA, X264, X265, a, kind, v

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
