"""What Flows say of their media, against what ffprobe says."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from local.stack import Stack
from tests.cli.command import flow as flow_of
from tests.kinds.kind import Kind
from tests.kinds.reading import Reading
from tests.kinds.store import Stored

_FIELDS = {
    "tt": "interlaced_tff",
    "tb": "interlaced_tff",
    "bb": "interlaced_bff",
    "bt": "interlaced_bff",
}


def wrong_metadata(
    stack: Stack,
    kind: Kind,
    path: Path,
    source: Reading,
    outcome: dict[str, Any],
    flows: list[Stored],
) -> str:
    """In words; empty if nothing is wrong."""
    wrong: list[str] = []

    def same(what: str, had: Any, wanted: Any) -> None:
        if had != wanted:
            wrong.append(f"{what} {had!r}, not {wanted!r}")

    said: dict[str, list[dict[str, Any]]] = {"video": [], "audio": []}
    for each in source.streams:
        said[each["codec_type"]].append(each)
    for held in flows:
        sort = held.flow["format"].rsplit(":", 1)[-1]
        stream, essence = said[sort].pop(0), held.flow["essence_parameters"]
        if sort == "video":
            _picture(stream, essence, kind, same)
        else:
            same("sample rate", essence["sample_rate"], int(stream["sample_rate"]))
            same("channels", essence["channels"], stream["channels"])
            bits = int(stream.get("bits_per_raw_sample", 0)) or int(stream["bits_per_sample"])
            if bits and not held.flow["codec"].endswith(("aac", "PCMA", "PCMU", "adpcm")):
                same("bit depth", essence.get("bit_depth"), bits)
        language = stream.get("tags", {}).get("language")
        if language != "und":
            same("language", held.flow["tags"].get("language_code"), language)
    for name, value in kind.expected.items():
        essence = flows[0].flow["essence_parameters"]
        same(name, essence.get(name), value)
    tags = flow_of(stack, outcome["multi_flow_id"])["tags"]
    same("file size", tags.get("file_size"), str(path.stat().st_size))
    same("name", tags.get("file_name"), path.name)
    for name, value in kind.tags.items():
        had = tags.get(name) or flows[0].flow["tags"].get(name) or flows[-1].flow["tags"].get(name)
        same(name, had, value)
    if kind.left_out:
        same("left out", kind.left_out in " ".join(outcome["notes"]), wanted=True)
    return "; ".join(wrong)


def _picture(stream: dict[str, Any], essence: dict[str, Any], kind: Kind, same: Any) -> None:
    same("width", essence["frame_width"], stream["width"])
    same("height", essence["frame_height"], stream["height"])
    if "varying" not in kind.name and "frame_rate" in essence:
        rate = essence["frame_rate"]
        had = Fraction(rate["numerator"], rate.get("denominator", 1))
        wanted = Fraction(stream["r_frame_rate"])
        if stream.get("field_order", "progressive") in {"tt", "bb", "tb", "bt"} and wanted > 40:
            wanted /= 2
        if abs(had / wanted - 1) > Fraction(1, 2000):
            same("frame rate", str(had), str(wanted))
    same("vfr", essence.get("vfr", False), "varying" in kind.name)
    pix = stream["pix_fmt"]
    depth = next((int(each) for each in ("16", "14", "12", "10") if f"p{each}" in pix), 8)
    same("bit depth", essence.get("bit_depth"), depth)
    for name, subs in {"420": (2, 2), "422": (2, 1), "444": (1, 1)}.items():
        if name in pix:
            chroma = essence.get("horiz_chroma_subs"), essence.get("vert_chroma_subs")
            same("chroma", chroma, subs)
    if (order := stream.get("field_order")) in _FIELDS:
        same("interlace", essence.get("interlace_mode"), _FIELDS[str(order)])
    shape = stream.get("sample_aspect_ratio", "1:1")
    ratio = essence.get("pixel_aspect_ratio", {"numerator": 1, "denominator": 1})
    if shape not in {"0:1", "N/A"}:
        same("pixels", f"{ratio['numerator']}:{ratio['denominator']}", shape)
