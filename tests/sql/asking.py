"""Queries in tests."""

from typing import Any

from sql.engine import Engine

Json = dict[str, Any]


def rows_of(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.result(query) as result:
        found: list[tuple[Any, ...]] = result.fetchall()
    return found


def dicts_of(engine: Engine, query: str) -> list[Json]:
    with engine.result(query) as result:
        names = [each[0] for each in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
