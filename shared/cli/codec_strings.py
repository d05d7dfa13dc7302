"""The name by which players know a codec, from the sample entry of an initialisation. Source: RFC 6381.

ISO/IEC 14496-15, annex E, says how it is made for H.264 and H.265, the AV1 and VP9 bindings to MP4 for those.
"""

from collections.abc import Callable, Mapping

from cli.boxes import DECODER_CONFIG, DECODER_SPECIFIC, descriptors, sample_entry

_PLAIN: Mapping[str, str] = {
    "Opus": "opus",
    "fLaC": "fLaC",
    "alac": "alac",
    "ac-3": "ac-3",
    "ec-3": "ec-3",
}
_AUDIO_MPEG4 = 0x40


def codec_string(init: bytes) -> str | None:
    """An element of CODECS; None for what has no such name, or does not say enough."""
    try:
        name, inside = sample_entry(init)
        if name in _PLAIN:
            return _PLAIN[name]
        maker = _MAKERS.get(name)
        return None if maker is None else maker(name, inside)
    except (ValueError, LookupError):
        return None


def _avc(name: str, inside: Mapping[bytes, bytes]) -> str:
    return f"{name}.{inside[b'avcC'][1:4].hex()}"


def _hevc(name: str, inside: Mapping[bytes, bytes]) -> str:
    record = inside[b"hvcC"]
    space, tier, profile = record[1] >> 6, record[1] >> 5 & 1, record[1] & 0x1F
    # The flags' bits are written in reverse order.
    flags = int(f"{int.from_bytes(record[2:6]):032b}"[::-1], 2)
    constraints = record[6:12].rstrip(b"\x00")
    parts = [
        name,
        f"{['', 'A', 'B', 'C'][space]}{profile}",
        f"{flags:X}",
        f"{'H' if tier else 'L'}{record[12]}",
        *(f"{each:X}" for each in constraints),
    ]
    return ".".join(parts)


def _av1(name: str, inside: Mapping[bytes, bytes]) -> str:
    record = inside[b"av1C"]
    profile, level = record[1] >> 5, record[1] & 0x1F
    tier = "H" if record[2] & 0x80 else "M"
    depth = 8 if not record[2] & 0x40 else 12 if record[2] & 0x20 else 10
    return f"{name}.{profile}.{level:02}{tier}.{depth:02}"


def _vp9(name: str, inside: Mapping[bytes, bytes]) -> str:
    profile, level, rest = inside[b"vpcC"][4:7]
    return f"{name}.{profile:02}.{level:02}.{rest >> 4:02}"


def _mpeg4(name: str, inside: Mapping[bytes, bytes]) -> str:
    """Its object type, and the audio object type of AAC."""
    esds = inside[b"esds"]
    found = descriptors(esds)
    kind = esds[found[DECODER_CONFIG][0]]
    specific = esds[slice(*found.get(DECODER_SPECIFIC, (0, 0)))]
    if kind != _AUDIO_MPEG4 or not specific:
        return f"{name}.{kind:02x}"
    audio = specific[0] >> 3
    if audio == 31:
        audio = 32 + ((specific[0] & 7) << 3 | specific[1] >> 5)
    return f"{name}.{kind:02x}.{audio}"


_MAKERS: Mapping[str, Callable[[str, Mapping[bytes, bytes]], str]] = {
    "avc1": _avc,
    "hvc1": _hevc,
    "hev1": _hevc,
    "av01": _av1,
    "vp09": _vp9,
    "mp4a": _mpeg4,
    "mp4v": _mpeg4,
}
