"""The long form of tests, which `make soak` selects, and the part of it that the short form runs."""

import os
from collections.abc import Sequence
from typing import TypeVar

SOAK = bool(os.environ.get("TAMS_SOAK"))

Item = TypeVar("Item")


def share(items: Sequence[Item], at: int, of: int) -> list[Item]:
    """Every `of`th item, beginning with one that `at` chooses; in the long form all.

    For cases that would each go through the same items: `of` of them in a row still go through all.
    """
    return list(items) if SOAK else list(items)[at % of :: of]
