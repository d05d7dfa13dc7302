"""Reading FlatBuffers by slot: where a table's fields are. Source: the FlatBuffers binary format."""

import struct

_UINT16 = struct.Struct("<H").unpack_from
_INT32 = struct.Struct("<i").unpack_from
_UINT32 = struct.Struct("<I").unpack_from


def target(buffer: bytes, position: int) -> int:
    """Where the offset that stands at `position` leads to."""
    offset: int = _UINT32(buffer, position)[0]
    return position + offset


def field(buffer: bytes, table: int, slot: int) -> int:
    """Where a field of the table stands, or 0 when it is absent."""
    vtable = table - _INT32(buffer, table)[0]
    entry = 4 + 2 * slot
    if entry >= _UINT16(buffer, vtable)[0]:
        return 0
    offset: int = _UINT16(buffer, vtable + entry)[0]
    return table + offset if offset else 0
