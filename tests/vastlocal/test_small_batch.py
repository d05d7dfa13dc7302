"""Batches written by hand are those that pyarrow writes, for every type and any nulls."""

import random
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from vastlocal.engine.codecs import codec_for
from vastlocal.protocol.small_batch import ROWS_MAX, small_batch_for

_MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
SAMPLES: dict[pa.DataType, list[Any]] = {
    pa.string(): ["", "plain", "Grüße", "日本", "x" * 1000, "\0"],
    pa.binary(): [b"", b"\xff\0", b"x" * 1000],
    pa.bool_(): [True, False],
    pa.int8(): [-128, 0, 127],
    pa.int16(): [-(1 << 15), 0, (1 << 15) - 1],
    pa.int32(): [-(1 << 31), 0, (1 << 31) - 1],
    pa.int64(): [-(1 << 63), 0, (1 << 63) - 1],
    pa.uint8(): [0, 255],
    pa.uint16(): [0, (1 << 16) - 1],
    pa.uint32(): [0, (1 << 32) - 1],
    pa.uint64(): [0, (1 << 64) - 1],
    pa.float32(): [0.0, -1.5, float("inf")],
    pa.float64(): [0.0, -1.1, float("-inf")],
    pa.decimal128(9, 2): [Decimal("-1.25"), Decimal("1234567.89"), Decimal(0)],
    pa.decimal128(38, 0): [Decimal(-(10**37)), Decimal(1 << 64), Decimal(0)],
    pa.date32(): [date(1969, 12, 31), date(2026, 1, 2)],
    pa.time32("ms"): [time(0), time(23, 59, 59, 999000)],
    pa.time64("us"): [time(0), time(23, 59, 59, 999999)],
    pa.timestamp("us"): [datetime(1900, 1, 1), datetime(2026, 1, 2)],  # noqa: DTZ001 - no zone
    pa.timestamp("ms", "Europe/Berlin"): [_MOMENT.replace(microsecond=0)],
}


@pytest.mark.parametrize("nulls", ["none", "some", "all"])
@pytest.mark.parametrize("data_type", SAMPLES, ids=str)
def test_it_writes_what_pyarrow_writes(data_type: pa.DataType, nulls: str) -> None:
    chance = random.Random(f"{data_type} {nulls}")
    share = {"none": 0.0, "some": 0.4, "all": 1.0}[nulls]
    batch, codec = small_batch_for(data_type), codec_for(data_type)
    assert batch is not None
    for rows in (1, 2, 7, 8, 9, 64, ROWS_MAX):
        values = [
            None if chance.random() < share else chance.choice(SAMPLES[data_type])
            for _ in range(rows)
        ]
        array = pa.array(values, data_type)

        written = b"".join(batch.parts(codec.values(codec.encode(array))))

        read = pa.ipc.read_record_batch(pa.py_buffer(written), pa.schema([("", data_type)]))
        read.validate(full=True)
        assert read.column(0).equals(array)
        assert read.column(0).null_count == values.count(None)
        assert len(written) % 8 == 0


def test_a_nan_stays_one() -> None:
    array = pa.array([1.0, float("nan"), None])
    batch, codec = small_batch_for(array.type), codec_for(array.type)
    assert batch is not None

    written = b"".join(batch.parts(codec.values(codec.encode(array))))

    read = pa.ipc.read_record_batch(pa.py_buffer(written), pa.schema([("", array.type)]))
    assert str(read.column(0).to_pylist()) == "[1.0, nan, None]"


@pytest.mark.parametrize("data_type", [pa.list_(pa.int8()), pa.float16(), pa.binary(4)], ids=str)
def test_rare_types_are_left_to_pyarrow(data_type: pa.DataType) -> None:
    assert small_batch_for(data_type) is None
