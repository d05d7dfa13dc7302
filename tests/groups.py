"""Which tests go to one worker together, and which groups go first (`pytest --dist loadgroup`)."""

from collections.abc import Sequence

import pytest

OWN_STACKS = ("guarded", "classed", "small_stack")
"""Fixtures of a folder that cost a stack; the tests that use one are a group."""
TOGETHER = ("tests/background", "tests/e2e")
"""Folders whose tests share a stack of their own."""
LONGEST_FIRST = (
    "classed",
    "tests/vastlocal/test_sdk_suite.py",
    "tests/fuzz/test_official_api.py",
    "tests/background",
    "tests/e2e",
    "tests/model/test_against_model.py",
    "guarded",
)
"""So that no worker is left with one of them at the end, while the other has nothing to do."""


def share_out(items: list[pytest.Item]) -> None:
    """Marks every test with its group, and sorts the groups. Within a group the order stays."""
    groups = {path: _group(path, same) for path, same in _by_file(items).items()}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups[_path(item)]))
    order = {group: place for place, group in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(groups[_path(item)], len(order)))


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
