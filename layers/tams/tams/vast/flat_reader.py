"""Reads FlatBuffers by slot: finds a table's fields. Source: the FlatBuffers binary format."""

import struct

_UINT16 = struct.Struct("<H").unpack_from
_INT32 = struct.Struct("<i").unpack_from
_UINT32 = struct.Struct("<I").unpack_from


def target(buffer: bytes, position: int) -> int:
    """The position that the offset at `position` points to."""
    offset: int = _UINT32(buffer, position)[0]
    return position + offset


def field(buffer: bytes, table: int, slot: int) -> int:
    """The position of a field of the table, or 0 when it is absent."""
    vtable = table - _INT32(buffer, table)[0]
    entry = 4 + 2 * slot
    if entry >= _UINT16(buffer, vtable)[0]:
        return 0
    offset: int = _UINT16(buffer, vtable + entry)[0]
    return table + offset if offset else 0
