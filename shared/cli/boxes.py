"""Reads and changes the boxes of MP4. Source: ISO/IEC 14496-12."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = struct.Struct(">I4s")
_INSIDE = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"})
"""Boxes that hold boxes and nothing else."""

_STSD_HEAD = 16
"""Bytes of `stsd` before its first sample entry."""

DECODER_CONFIG, DECODER_SPECIFIC = 0x04, 0x05
_DESCRIPTOR_FIELDS = {0x03: 3, DECODER_CONFIG: 13}
"""Tags of descriptors, and the bytes before those inside them. Source: ISO/IEC 14496-1, section 7.2.6."""

_ENTRY_FIELDS = {b"vide": 78, b"soun": 28}
"""Bytes of a sample entry's fields between its head and its boxes, by handler."""


@dataclass(frozen=True)
class Box:
    """Where a box is: `[start, end)` with its head, and its content from `body` on."""

    name: bytes
    start: int
    body: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Those of one level. Raises ValueError for what is no row of boxes."""
    end = len(data) if end is None else end
    while start + _HEAD.size <= end:
        size, name = _HEAD.unpack_from(data, start)
        body = start + _HEAD.size
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        if size < body - start or start + size > end:
            raise ValueError(f"a box at {start} is not whole")
        yield Box(name, start, body, start + size)
        start += size


def find(data: bytes, *path: bytes) -> Box | None:
    """The first box of that path, from the top."""
    start, end, found = 0, len(data), None
    for name in path:
        found = next((each for each in boxes(data, start, end) if each.name == name), None)
        if found is None:
            return None
        start, end = found.body, found.end
    return found


def every(data: bytes, name: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """All boxes of that name, at any depth."""
    for each in boxes(data, start, end):
        if each.name == name:
            yield each
        elif each.name in _INSIDE:
            yield from every(data, name, each.body, each.end)


def sample_entry(init: bytes) -> tuple[str, dict[bytes, bytes]]:
    """The first sample entry of an initialisation: its name, and the content of each of its boxes."""
    entry, inside = _entry(init)
    name = entry.name.decode("latin-1")
    return name, {each.name: init[each.body : each.end] for each in inside}


def _entry(init: bytes) -> tuple[Box, list[Box]]:
    stsd = find(init, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    handler = find(init, b"moov", b"trak", b"mdia", b"hdlr")
    if stsd is None or handler is None:
        raise ValueError("there is no sample entry")
    entry = next(boxes(init, stsd.start + _STSD_HEAD, stsd.end))
    fields = _ENTRY_FIELDS[init[handler.body + 8 : handler.body + 12]]
    return entry, list(boxes(init, entry.body + fields, entry.end))


def descriptors(esds: bytes) -> dict[int, tuple[int, int]]:
    """Where the descriptors in the content of `esds` have theirs, by tag; those inside others too."""
    found: dict[int, tuple[int, int]] = {}
    at = 4
    while at < len(esds):
        tag, size = esds[at], 0
        at += 1
        while True:
            byte = esds[at]
            at += 1
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        found[tag] = (at, at + size)
        at += _DESCRIPTOR_FIELDS.get(tag, size)
    return found


def without_bit_rates(init: bytes) -> bytes:
    """Zero says that they are not known. The muxer takes them from the fragment that it happens to write."""
    esds = next((each for each in _entry(init)[1] if each.name == b"esds"), None)
    if esds is None:
        return init
    start, _ = descriptors(init[esds.body : esds.end])[DECODER_CONFIG]
    at = esds.body + start + 5
    return init[:at] + bytes(8) + init[at + 8 :]


def hides_first(init: bytes, ticks: int) -> bytes:
    """The initialisation with an edit list: what the first `ticks` of its track hold is only decoded."""
    if not ticks:
        return init
    moov, trak = find(init, b"moov"), find(init, b"moov", b"trak")
    tkhd = find(init, b"moov", b"trak", b"tkhd")
    assert moov is not None
    assert trak is not None
    assert tkhd is not None
    elst = _box(b"elst", struct.pack(">B3xIQqI", 1, 1, 0, ticks, 1 << 16))
    edts = _box(b"edts", elst)
    changed = bytearray(init[: tkhd.end] + edts + init[tkhd.end :])
    for each in (moov, trak):
        struct.pack_into(">I", changed, each.start, each.end - each.start + len(edts))
    return bytes(changed)


def starts_at(fragments: bytes, ticks: int, number: int) -> bytes:
    """Movie fragments whose first sample is decoded at `ticks`, and that are counted from `number` on."""
    changed = bytearray(fragments)
    first: int | None = None
    for offset, moof in enumerate(each for each in boxes(fragments) if each.name == b"moof"):
        (mfhd,) = every(fragments, b"mfhd", moof.body, moof.end)
        struct.pack_into(">I", changed, mfhd.body + 4, number + offset)
        for tfdt in every(fragments, b"tfdt", moof.body, moof.end):
            wide = fragments[tfdt.body] == 1
            form, at = (">Q" if wide else ">I"), tfdt.body + 4
            (was,) = struct.unpack_from(form, fragments, at)
            first = was if first is None else first
            struct.pack_into(form, changed, at, was - first + ticks)
    return bytes(changed)


def samples_of(fragments: bytes) -> int:
    """How many samples movie fragments hold."""
    return sum(
        struct.unpack_from(">I", fragments, each.body + 4)[0] for each in every(fragments, b"trun")
    )


def _box(name: bytes, content: bytes) -> bytes:
    return _HEAD.pack(_HEAD.size + len(content), name) + content
