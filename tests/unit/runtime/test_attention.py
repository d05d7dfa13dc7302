"""What `tams admin status` asks an operator to look at: one sentence for each fault, and none without."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tams.runtime.attention import attention
from tams.services.service.health import LATE_AFTER

NOW = datetime(2030, 1, 1, tzinfo=UTC)
WELL: dict[str, Any] = {
    "vast": {"reachable": True, "error": None},
    "fault": None,
    "differences": [],
    "backlog": {"deliveries": 7, "deletion_requests_in_error": 0, "webhooks_in_error": 0},
    "swept": (NOW - LATE_AFTER).isoformat(),
    "storage_backends": {"unknown": []},
    "conflicts": {"safe": True},
}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"backlog": None, "swept": None, "storage_backends": None, "conflicts": None},
        {"conflicts": {"safe": None, "error": "not allowed"}},
    ],
    ids=["well", "not known", "not probed"],
)
def test_a_store_that_is_well_needs_none(changed: dict[str, Any]) -> None:
    assert attention({**WELL, **changed}, NOW) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"vast": {"reachable": False, "error": "refused"}}, "VAST cannot be used: refused"),
        ({"fault": "the tables have version 3"}, "the tables have version 3"),
        ({"differences": ["column flows.new"]}, "column flows.new (`tams admin provision`"),
        ({"backlog": {"deletion_requests_in_error": 2}}, "2 deletion requests are in error"),
        ({"backlog": {"webhooks_in_error": 3}}, "3 webhooks are in error"),
        (
            {"swept": (NOW - LATE_AFTER - timedelta(seconds=1)).isoformat()},
            "the sweeper has not run since",
        ),
        (
            {"storage_backends": {"unknown": [{"id": "b", "objects": 4}]}},
            "Objects name the storage backend b, which is not configured: 4",
        ),
        ({"conflicts": {"safe": False}}, "do not use this cluster"),
    ],
)
def test_each_fault_is_one_sentence(changed: dict[str, Any], words: str) -> None:
    (sentence,) = attention({**WELL, **changed}, NOW)

    assert words in sentence
