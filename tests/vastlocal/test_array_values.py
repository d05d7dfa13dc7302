"""Long arrays are read as short ones are, wherever they begin and whatever is null."""

import random
from typing import Any

import pyarrow as pa
import pytest

from vastlocal.engine.array_values import longs, texts

TEXTS = ["", "plain", "x" * 300, "a b"]
FOREIGN = [*TEXTS, "Grüße", "日本", "\U0001f600"]


def _values(kinds: list[Any], nulls: float, rows: int) -> list[Any]:
    chance = random.Random(rows)
    return [None if chance.random() < nulls else chance.choice(kinds) for _ in range(rows)]


@pytest.mark.parametrize("rows", [0, 1, 16, 17, 100])
@pytest.mark.parametrize("nulls", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("skipped", [0, 3])
@pytest.mark.parametrize("kinds", [TEXTS, FOREIGN, [""]], ids=["ascii", "foreign", "empty"])
def test_texts(rows: int, nulls: float, skipped: int, kinds: list[str]) -> None:
    values = _values(kinds, nulls, rows + skipped)

    assert texts(pa.array(values, pa.string()).slice(skipped)) == values[skipped:]


@pytest.mark.parametrize("rows", [0, 1, 16, 17, 100])
@pytest.mark.parametrize("nulls", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("skipped", [0, 3])
def test_longs(rows: int, nulls: float, skipped: int) -> None:
    values = _values([0, -1, (1 << 63) - 1, -(1 << 63)], nulls, rows + skipped)

    assert longs(pa.array(values, pa.int64()).slice(skipped)) == values[skipped:]
