"""Reads flatbuffers by slot number.

The generated classes inside the SDK would do. But importing them imports the whole SDK (seconds, 140 MB), and
they need about twenty microseconds where this takes one.
Source: https://flatbuffers.dev/internals/
"""

import struct
from collections.abc import Iterator
from typing import Any, Self

from vastlocal.errors import BadRequestError

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_SCALARS = {code: struct.Struct("<" + code) for code in "?bBhHiIqQfd"}


class Table:
    """A flatbuffers table at `position` of `buffer`; slots are numbered as in the .fbs file."""

    __slots__ = ("_buffer", "_position", "_slots_end", "_vtable")

    def __init__(self, buffer: bytes, position: int) -> None:
        self._buffer = buffer
        self._position = position
        self._vtable = position - _I32.unpack_from(buffer, position)[0]
        self._slots_end = _U16.unpack_from(buffer, self._vtable)[0]

    @classmethod
    def root(cls, buffer: bytes) -> Self:
        """The root table. Raises BadRequestError when the bytes are not a flatbuffer."""
        try:
            return cls(buffer, _U32.unpack_from(buffer, 0)[0])
        except struct.error as error:
            raise BadRequestError("the body is not a flatbuffer") from error

    def place(self, slot: int) -> int:
        """Absolute position of a slot's value, or 0 when it has its default."""
        entry = 4 + 2 * slot
        if entry >= self._slots_end:
            return 0
        offset: int = _U16.unpack_from(self._buffer, self._vtable + entry)[0]
        return self._position + offset if offset else 0

    def scalar(self, slot: int, code: str, default: Any = 0) -> Any:
        position = self.place(slot)
        return _SCALARS[code].unpack_from(self._buffer, position)[0] if position else default

    def target(self, slot: int) -> int:
        """Absolute position of what a slot points to, or 0 when it is absent."""
        position = self.place(slot)
        if not position:
            return 0
        offset: int = _U32.unpack_from(self._buffer, position)[0]
        return position + offset

    def table(self, slot: int) -> "Table | None":
        target = self.target(slot)
        return Table(self._buffer, target) if target else None

    def need(self, slot: int) -> "Table":
        """The sub-table of a slot that the protocol always fills. Raises BadRequestError."""
        table = self.table(slot)
        if table is None:
            raise BadRequestError("the flatbuffer lacks a required table")
        return table

    def octets(self, slot: int) -> bytes:
        """A string or a byte vector, as raw bytes; empty when absent."""
        target = self.target(slot)
        if not target:
            return b""
        length = _U32.unpack_from(self._buffer, target)[0]
        return self._buffer[target + 4 : target + 4 + length]

    def text(self, slot: int) -> str:
        return self.octets(slot).decode()

    def tables(self, slot: int) -> Iterator["Table"]:
        """The elements of a vector of tables."""
        target = self.target(slot)
        if not target:
            return
        for index in range(_U32.unpack_from(self._buffer, target)[0]):
            position = target + 4 + 4 * index
            yield Table(self._buffer, position + _U32.unpack_from(self._buffer, position)[0])
