"""Pieces of FlatBuffers messages that are built once and joined by copying.

All offsets inside a piece are relative, so it may be placed anywhere in a message at a multiple of 8 bytes.
Its first four bytes give the position of its table. The part that varies in length is built first:
FlatBuffers are written from their end, so it lies at the end of the piece, where other bytes can replace it.
"""

import struct
from collections.abc import Callable, Sequence

from flatbuffers import Builder

OFFSET = struct.Struct("<I")
ALIGNMENT = 8


def piece(make: Callable[[Builder], int], *, cut: int = 0) -> bytes:
    """What `make` builds, without its last `cut` bytes."""
    builder = Builder(512)
    builder.Finish(make(builder))
    made = bytes(builder.Output())
    return made[: len(made) - cut]


def table(builder: Builder, slots: Sequence[tuple[str, int, int]], count: int) -> int:
    """A table of `count` slots; `slots` has the kind, number and value of each one set."""
    builder.StartObject(count)
    for kind, slot, value in slots:
        getattr(builder, f"Prepend{kind}Slot")(slot, value, 0)
    end: int = builder.EndObject()
    return end


def offsets(builder: Builder, targets: Sequence[int]) -> int:
    """A vector of tables."""
    builder.StartVector(4, len(targets), 4)
    for target in reversed(targets):
        builder.PrependUOffsetTRelative(target)
    end: int = builder.EndVector()
    return end


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % ALIGNMENT)


def with_text(head: bytes, text: str) -> bytes:
    """A piece that ends with a string. `head` was cut just before it."""
    encoded = text.encode()
    return padded(b"".join((head, OFFSET.pack(len(encoded)), encoded, b"\0")))


def with_tables(head: bytes, pieces: Sequence[bytes]) -> bytes:
    """A piece that ends with a vector of tables, which follow it. `head` was cut just before it."""
    slot = len(head) + OFFSET.size
    position = slot + OFFSET.size * len(pieces)
    padding = -position % ALIGNMENT
    position += padding
    vector = [len(pieces)]
    for each in pieces:
        vector.append(position + OFFSET.unpack_from(each)[0] - slot)
        slot += OFFSET.size
        position += len(each)
    return b"".join((head, struct.pack(f"<{len(vector)}I", *vector), bytes(padding), *pieces))


EMPTY_TEXT_BYTES = 8
"""The size of an empty string that was built first: its length, a NUL and padding."""
EMPTY_VECTOR_BYTES = 4
