"""Deletes, restores and purges while the service is killed around them: nothing is lost, nothing is half."""

import time
from collections.abc import Iterator
from random import Random

import pytest

from local.stack import Stack
from tams.object_stores.object_keys import object_key
from tams.repositories.database import Database
from tests.background.at_work import all_at_work
from tests.background.bin_client import BinClient, KnownFlow
from tests.background.conftest import IMPATIENT
from tests.background.ledger import database_of, instances_of, unfinished_deletions
from tests.long_form import SOAK
from tests.stacks import UNHURRIED, new_stack
from tests.waiting import until

CLIENTS, FLOWS = (4, 3) if SOAK else (2, 2)
KILLS = 60 if SOAK else 3
KILLED = ("gateway", "poller", "poller", "vast")
"""What serves the API, and twice as often what runs the workers and the sweeper."""

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def binned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {**IMPATIENT, **UNHURRIED, "TAMS_RECYCLE_BIN__KEPT_SECONDS": "604800"}
    with new_stack(tmp_path_factory.mktemp("bin"), env=env, schedule_seconds=1) as it:
        yield it


def test_nothing_is_lost_and_nothing_is_half(binned: Stack) -> None:
    clients = [BinClient(seed, binned.api_url) for seed in range(CLIENTS)]
    for client in clients:
        for _ in range(FLOWS):
            client.create()
    killing = Random(1)

    all_at_work(clients, lambda: kill_parts(binned, killing))

    database = database_of(binned)
    for client in clients:
        for flow in client.flows:
            as_it_should_be(client, flow, database)
        flow_ids = [flow.id for flow in client.flows]
        until(lambda ids=flow_ids: not unfinished_deletions(database, ids))  # type: ignore[misc]
        for flow in client.flows:
            has_its_bytes(binned, flow, database)
        client.close()


def kill_parts(stack: Stack, random: Random) -> None:
    """With SIGKILL, and at whatever moment. They come up again, and so does all of the work."""
    for _ in range(KILLS):
        time.sleep(random.uniform(0.05, 0.6))
        part = random.choice(KILLED)
        stack.kill(part)
        stack.restart(part)
    time.sleep(0.3)


def as_it_should_be(client: BinClient, flow: KnownFlow, database: Database) -> None:
    def the_bin_is_as_known() -> bool:
        """What a worker was moving there when it was killed arrives in the end."""
        found = {"flow": 0, "segments": 0}
        for entry in client.entries(flow):
            found[entry["kind"]] += entry["segment_count"]
        whole = 0 if flow.is_there else len(flow.kept - flow.binned)
        return found == {"flow": whole, "segments": len(flow.binned)} or (
            # What was being deleted when the Flow went too is still on its timeline.
            not flow.is_there and found["flow"] + found["segments"] == len(flow.kept)
        )

    assert client.listed(flow) == flow.shown
    until(the_bin_is_as_known)


def has_its_bytes(stack: Stack, flow: KnownFlow, database: Database) -> None:
    """The Objects of what is shown or in the bin have bytes; of the others nothing is left."""
    kept = {flow.objects[at] for at in flow.kept}
    media = next(path for path in (stack.data_dir / "s3").iterdir() if path.is_dir())

    def all_gone() -> bool:
        return set(instances_of(database, flow.objects)) == kept

    until(all_gone)
    assert kept <= set(instances_of(database, flow.objects))
    for each in flow.objects:
        path = media / object_key(each)
        if each in kept:
            assert path.read_bytes() == b"media"
        else:
            until(lambda gone=path: not gone.exists())  # type: ignore[misc]
