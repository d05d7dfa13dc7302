"""Columns for people, made of stored ones: whole Arrow arrays at once, without a value of Python for each."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tams.models.timelines import flow_of

_DIGITS, _LOW_DIGITS = 22, 16
_ZERO_HIGH = 1 << 4 * (_DIGITS - _LOW_DIGITS) - 1
"""The first digits of time zero. Source: `tams.repositories.media_time`."""
_NIBBLES = np.zeros(256, np.uint64)
_NIBBLES[list(b"0123456789abcdef")] = range(16)
US_PER_DAY = 86_400_000_000
NS_PER_DAY = 1_000 * US_PER_DAY


def nanoseconds(times: pa.Array) -> pa.Array:
    """Media time as it is stored, as int64; null for what 64 bits cannot hold, and for null."""
    high, low = _halves(times)
    top = low >> np.uint64(63)
    fits = (high == _ZERO_HIGH) & (top == 0) | (high == _ZERO_HIGH - 1) & (top == 1)
    return pa.array(low.view(np.int64), mask=~fits)


def difference(ends: pa.Array, starts: pa.Array) -> pa.Array:
    """Nanoseconds from a stored time to a later one; null for what 64 bits cannot hold, and for null."""
    (end_high, end_low), (start_high, start_low) = _halves(ends), _halves(starts)
    low = end_low - start_low
    high = end_high - start_high - (end_low < start_low).astype(np.uint64)
    is_null = pc.or_(pc.is_null(ends), pc.is_null(starts)).to_numpy(zero_copy_only=False)
    return pa.array(low.view(np.int64), mask=is_null | (high != 0) | (low >> np.uint64(63) != 0))


def moments(microseconds: pa.Array) -> pa.Array:
    """As timestamps in UTC."""
    return microseconds.cast(pa.timestamp("us"))


def days(times: pa.Array, per_day: int) -> pa.Array:
    """The day since 1970 in which each lies, as a date."""
    is_null = pc.is_null(times).to_numpy(zero_copy_only=False)
    whole = pc.fill_null(times, 0).to_numpy() // per_day
    numbers: pa.Array = pa.array(whole.astype(np.int32), mask=is_null)
    return numbers.cast(pa.date32())


def flows(timelines: pa.Array) -> pa.Array:
    """The Flow of each timeline."""
    return by_value(timelines, flow_of, pa.utf8())


def by_value(texts: pa.Array, of: Callable[[str], object], data_type: pa.DataType) -> pa.Array:
    """For columns of few different texts: `of` is called once for each."""
    encoded = texts.dictionary_encode()
    made = pa.array([of(each) for each in encoded.dictionary.to_pylist()], data_type)
    found: pa.Array = made.take(encoded.indices)
    return found


def _halves(times: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The first digits of each as a number, and the last sixteen. Null is zero, which stands for no time."""
    texts = pc.fill_null(times, "0" * _DIGITS)
    _, ends, content = texts.buffers()
    first = np.frombuffer(ends, np.int32)[texts.offset] if len(texts) else 0
    characters = np.frombuffer(content or b"", np.uint8)[first : first + len(texts) * _DIGITS]
    digits = _NIBBLES[characters.reshape(-1, _DIGITS)]
    split = _DIGITS - _LOW_DIGITS
    return _number(digits[:, :split]), _number(digits[:, split:])


def _number(digits: np.ndarray) -> np.ndarray:
    found = np.zeros(len(digits), np.uint64)
    for place in range(digits.shape[1]):
        found = (found << np.uint64(4)) | digits[:, place]
    return found
