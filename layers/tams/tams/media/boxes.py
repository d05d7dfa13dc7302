"""Takes a fragmented MP4 apart: what prepares the decoder, and what is played. Source: ISO/IEC 14496-12."""

from collections.abc import Callable, Iterator

_LARGE_SIZE = 1
_HEADER_BYTES = 8
_INITIALISATION = {b"ftyp", b"moov"}
_INDEX = {b"mfra"}
_BEFORE_BOXES = {
    **dict.fromkeys((b"moov", b"trak", b"mdia", b"minf", b"stbl"), 0),
    b"stsd": 8,
    b"avc1": 78,
}
"""The bytes of a box, after its header, that stand before the boxes in it."""


def taken_apart(file: bytes) -> tuple[bytes, bytes]:
    """The initialisation, and the fragments. Raises ValueError for what is not whole."""
    init, fragments = bytearray(), bytearray()
    for kind, content in _boxes(file):
        if kind in _INITIALISATION:
            init += _box(kind, content)
        elif kind not in _INDEX:
            fragments += _box(kind, content)
    return bytes(init), bytes(fragments)


def changed(file: bytes, kind: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """With what `change` makes of the content of each box of a kind. Raises ValueError as above."""
    made = bytearray()
    for each, content in _boxes(file):
        if each == kind:
            made += _box(each, change(content))
        elif (skipped := _BEFORE_BOXES.get(each)) is not None:
            inner = changed(content[skipped:], kind, change)
            made += _box(each, content[:skipped] + inner)
        else:
            made += _box(each, content)
    return bytes(made)


def _boxes(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(file):
        header, size = _HEADER_BYTES, int.from_bytes(file[at : at + 4])
        if size == _LARGE_SIZE:
            header, size = 2 * _HEADER_BYTES, int.from_bytes(file[at + 8 : at + 16])
        if not header <= size <= len(file) - at:
            raise ValueError(f"the box at {at} is not whole")
        yield file[at + 4 : at + 8], file[at + header : at + size]
        at += size


def _box(kind: bytes, content: bytes) -> bytes:
    return (_HEADER_BYTES + len(content)).to_bytes(4) + kind + content
