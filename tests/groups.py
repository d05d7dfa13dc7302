"""Which tests run together on one worker, and which groups go first (`pytest --dist loadgroup`)."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

OWN_STACKS = ("guarded", "classed", "small_stack", "binned", "on_air")
"""Fixtures of a folder that cost a stack; the tests that use one are a group."""
TOGETHER = ("tests/background", "tests/e2e")
"""Folders whose tests share a stack of their own."""
_RECORDED = Path(__file__).with_name("costs.json")
"""Seconds of CPU by file, from one up, as `python -m tests.costs --record tests` found them."""


def share_out(items: list[pytest.Item]) -> None:
    """Marks every test with its group, and puts the longest groups first, so that all workers end together.

    Within a group the order stays.
    """
    by_file = _by_file(items)
    groups = {path: _group(path, same) for path, same in by_file.items()}
    costs = recorded()
    of_group: Counter[str] = Counter()
    for path, group in groups.items():
        of_group[group] += costs.get(path, 0)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups[_path(item)]))
    items.sort(key=lambda item: -of_group[groups[_path(item)]])


def recorded() -> dict[str, int]:
    found: dict[str, int] = json.loads(_RECORDED.read_text())
    return found


def record(costs: Mapping[str, float]) -> None:
    """In place of what was known of these files."""
    known = {path: seconds for path, seconds in recorded().items() if path not in costs}
    measured = {path: round(seconds) for path, seconds in costs.items() if round(seconds)}
    _RECORDED.write_text(json.dumps(known | measured, indent=1, sort_keys=True) + "\n")


def _by_file(items: Sequence[pytest.Item]) -> dict[str, list[pytest.Item]]:
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(_path(item), []).append(item)
    return files


def _group(path: str, items: Sequence[pytest.Item]) -> str:
    fixtures = {name for item in items for name in getattr(item, "fixturenames", ())}
    own = next((name for name in OWN_STACKS if name in fixtures), None)
    return own or next((folder for folder in TOGETHER if path.startswith(f"{folder}/")), path)


def _path(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
