"""Functions on tables of another version report it, do nothing, and recover by themselves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tams.errors import BackendUnavailableError
from tams.ports import Platform
from tams.repositories.provision import provision
from tams.repositories.schema_version import KNOWN
from tams.repositories.session import VastConnection
from tams.repositories.tables import FLOWS
from tams.repositories.versioned import VersionedDatabase
from tams.runtime.deployment import Deployment
from tams.runtime.vast import vast_connection
from tams.runtime.workers import batch_handler, queue_handler
from tams.services.webhooks.relay import EventRelay
from tests.integration.local_vast import a_local_vast, settings_for
from tests.integration.old_tables import set_version
from tests.waiting import until
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction

EVENT = {
    "Records": [
        {"messageId": name, "body": '["events"]', "eventSource": "aws:sqs"} for name in ("a", "b")
    ]
}
HANDLERS = {"one by one": queue_handler, "together": batch_handler}


@pytest.fixture
def vast_url(tmp_path: Path) -> Iterator[str]:
    with a_local_vast(tmp_path) as url:
        yield url


@pytest.fixture
def connection(vast_url: str) -> VastConnection:
    return vast_connection(settings_for(vast_url))


class Context:
    """Of an invocation that has all the time in the world."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def reading(database: VersionedDatabase) -> Callable[[], int]:
    return lambda: database.read(lambda it: it.count(FLOWS, None))


def test_the_version_is_looked_at_once_a_process(connection: VastConnection, vast: Control) -> None:
    provision(connection)
    read = reading(VersionedDatabase(connection))
    seen = []
    for _ in range(3):
        vast.reset()
        read()
        until(lambda: vast.counters().requests["commit"] == 1)  # nobody waits for it
        counted = vast.counters().requests
        seen.append({each: counted[each] for each in ("begin", "query_rows", "commit")})

    assert seen[0] == {"begin": 1, "query_rows": 2, "commit": 1}
    assert seen[1] == seen[2] == {"begin": 1, "query_rows": 1, "commit": 1}


@pytest.mark.parametrize(
    ("version", "oldest_reader", "said"),
    [
        (
            KNOWN - 1,
            1,
            f"have schema version {KNOWN - 1}, but this release needs version {KNOWN}: run `make",
        ),
        (
            KNOWN + 3,
            KNOWN + 2,
            f"have schema version {KNOWN + 3}.*supports version {KNOWN + 2}.*deploy",
        ),
    ],
)
def test_tables_of_another_version_are_neither_read_nor_written(
    connection: VastConnection, vast: Control, version: int, oldest_reader: int, said: str
) -> None:
    provision(connection)
    set_version(connection, version=version, oldest_reader=oldest_reader)
    database, ran = VersionedDatabase(connection), list[Any]()

    for run in (database.read, database.write):
        with pytest.raises(BackendUnavailableError, match=said):
            run(ran.append)

    assert ran == []
    assert vast.health().open_transactions == 0


def test_a_later_version_that_is_additive_is_used(connection: VastConnection) -> None:
    provision(connection)
    set_version(connection, version=KNOWN + 7, oldest_reader=KNOWN)

    assert reading(VersionedDatabase(connection))() == 0


def test_a_wrong_version_is_looked_at_again_after_a_pause_that_grows(
    connection: VastConnection, vast: Control, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    read = reading(VersionedDatabase(connection, clock=clock))
    looks = []
    for _ in range(8):
        vast.reset()
        for _ in range(5):
            with pytest.raises(BackendUnavailableError, match="have no schema version"):
                read()
        looks.append(vast.counters().requests.get("begin", 0))
        clock.seconds += 1.0

    # Pauses of 0.5, 1, 2, 4 seconds.
    assert looks == [1, 1, 1, 0, 1, 0, 0, 0]
    assert len([each for each in caplog.records if "no schema version" in each.message]) == 4

    provision(connection)
    clock.seconds += 5.0
    assert read() == 0


def test_what_vast_fails_to_answer_is_not_taken_for_a_wrong_version(
    connection: VastConnection, vast: Control
) -> None:
    provision(connection)
    read = reading(VersionedDatabase(connection))
    vast.inject(FaultAction.DROP_BEFORE, "query_rows")

    with pytest.raises(BackendUnavailableError, match="did not answer"):
        read()

    assert read() == 0


@pytest.mark.parametrize("edge", HANDLERS)
def test_workers_give_their_messages_back(
    vast_url: str, edge: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(vast_url)
    relayed = []

    def process(platform: Platform, _body: Any) -> None:
        relayed.append(EventRelay.of(platform).relay())

    def handle() -> Any:
        handler = HANDLERS[edge](process, lambda: deployment)
        return handler(EVENT, Context())["batchItemFailures"]

    deployment = Deployment(settings)
    assert handle() == [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]
    assert relayed == []
    reasons = [str(getattr(each, "reason", "")) for each in caplog.records]
    assert len([each for each in reasons if "no schema version" in each]) == 2

    provision(vast_connection(settings))
    deployment = Deployment(settings)  # the next cold start, so that the test need not wait
    assert handle() == []
    assert relayed
