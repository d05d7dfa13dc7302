"""Kinds of sound: each codec, in its usual container."""

# ruff: noqa: E501

from tests.kinds.kind import AAC, PCM, a, kind

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
