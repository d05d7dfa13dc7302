"""Builds the flatbuffers for list and stats responses; slots as in the SDK's classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import flatbuffers

_SORTING_DONE = -(1 << 63)
"""The top bit of an int64 sorting score."""


@dataclass(frozen=True, slots=True)
class ObjectDetails:
    """A schema, table or projection in a list."""

    name: str
    handle: int = 0
    properties: str = ""
    rows: int = 0
    size_bytes: int = 0
    is_sorted: bool = False
    inserted_rows: int = 0


def _details(builder: flatbuffers.Builder, details: ObjectDetails) -> int:
    name = builder.CreateString(details.name)
    properties = builder.CreateString(details.properties)
    handle = builder.CreateString(str(details.handle))
    builder.StartObject(10)
    builder.PrependUOffsetTRelativeSlot(0, name, 0)
    builder.PrependUOffsetTRelativeSlot(1, properties, 0)
    builder.PrependUOffsetTRelativeSlot(2, handle, 0)
    builder.PrependUint64Slot(3, details.rows, 0)
    builder.PrependUint64Slot(4, details.size_bytes, 0)
    builder.PrependUint64Slot(5, 1, 0)
    builder.PrependBoolSlot(6, details.is_sorted, 0)
    builder.PrependInt64Slot(7, _SORTING_DONE if details.is_sorted else 0, 0)
    builder.PrependInt64Slot(9, details.inserted_rows, 0)
    offset: int = builder.EndObject()
    return offset


def list_reply(location: Sequence[str], objects: Sequence[ObjectDetails]) -> bytes:
    """ListSchemas/ListTables/ListProjectionsResponse: the location's names, then the objects."""
    builder = flatbuffers.Builder(1024)
    offsets = [_details(builder, details) for details in objects]
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    vector = builder.EndVector()
    names = [builder.CreateString(name) for name in location]
    builder.StartObject(len(names) + 1)
    for slot, name in enumerate(names):
        builder.PrependUOffsetTRelativeSlot(slot, name, 0)
    builder.PrependUOffsetTRelativeSlot(len(names), vector, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


def table_stats_reply(details: ObjectDetails, external_row_ids: bool) -> bytes:
    builder = flatbuffers.Builder(256)
    address_type = builder.CreateString("")
    builder.StartObject(10)
    builder.PrependInt64Slot(0, details.rows, 0)
    builder.PrependInt64Slot(1, details.size_bytes, 0)
    builder.PrependBoolSlot(2, external_row_ids, 0)
    builder.PrependUOffsetTRelativeSlot(3, address_type, 0)
    builder.PrependBoolSlot(5, details.is_sorted, 0)
    builder.PrependInt64Slot(6, _SORTING_DONE if details.is_sorted else 0, 0)
    builder.PrependInt64Slot(8, details.inserted_rows, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


def projection_stats_reply(rows: int, size_bytes: int) -> bytes:
    builder = flatbuffers.Builder(256)
    builder.StartObject(4)
    builder.PrependInt64Slot(0, rows, 0)
    builder.PrependInt64Slot(1, size_bytes, 0)
    builder.PrependInt64Slot(2, 0, 0)
    builder.PrependInt64Slot(3, 100, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())
