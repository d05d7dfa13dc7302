"""Transactions on a cluster with several endpoints, of which some die or fall silent; and a private CA."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tams.errors import BackendUnavailableError
from tams.repositories.database import Database
from tams.repositories.provision import provision
from tams.repositories.service_tables import GUARDS, SERVICE
from tams.repositories.transaction import ROW_ID, VastTransaction, Witness
from tams.runtime.vast import vast_connection
from tams.vast.where import col
from tests.bad_servers import Relay, a_relay
from tests.certificates import Authority
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from tests.waiting import PATIENCE_SECONDS, until
from vastlocal.http.server import serving
from vastlocal.settings import Settings as VastSettings

SLOT = 1_000_000
"""Guards that nothing else uses."""


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        yield url


@pytest.fixture
def relays(vast_url: str) -> Iterator[tuple[Relay, Relay]]:
    with a_relay(vast_url) as one, a_relay(vast_url) as other:
        yield one, other


def database_at(*relays: Relay, **changes: Any) -> Database:
    endpoints = [each.url for each in relays]
    database = Database(vast_connection(settings_for("", endpoints=endpoints, **changes)))
    database.settling_seconds = PATIENCE_SECONDS
    return database


def added(slot: int) -> Any:
    """Work that adds a guard, with the guard as the witness."""

    def work(transaction: VastTransaction) -> None:
        transaction.insert(GUARDS, [{"slot": slot, "revision": 0}])
        transaction.witness = Witness(GUARDS, col["slot"] == slot)

    return work


def number_of(database: Database, slot: int) -> int:
    return database.read(lambda it: it.count(GUARDS, col["slot"] == slot))


def in_use(relays: tuple[Relay, Relay]) -> tuple[Relay, Relay]:
    """The relay that the only database has used, then the other."""
    one, other = relays
    return (one, other) if one.accepted else (other, one)


def test_a_process_keeps_to_one_endpoint(relays: tuple[Relay, Relay]) -> None:
    database = database_at(*relays)
    for slot in range(5):
        database.write(added(SLOT + slot))

    used, unused = in_use(relays)
    assert used.accepted > 0
    assert unused.accepted == 0


def test_no_write_is_lost_or_doubled_when_an_endpoint_dies_under_load(
    relays: tuple[Relay, Relay],
) -> None:
    databases = [database_at(*relays) for _ in range(4)]
    done: list[int] = []
    failures: list[Exception] = []
    enough = threading.Event()

    def load(number: int) -> None:
        slot = SLOT + 1_000 * (number + 1)
        while not enough.is_set():
            slot += 1
            try:
                databases[number].write(added(slot))
                done.append(slot)
            except BackendUnavailableError as error:
                failures.append(error)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    until(lambda: len(done) > 20)
    relays[0].die()
    before = len(done)
    until(lambda: len(done) > before + 40)
    enough.set()
    for each in threads:
        each.join()

    assert failures == []
    (database, *_) = databases
    slots = [row["slot"] for row in database.read(lambda it: it.select(GUARDS, None, ["slot"]))]
    assert sorted(each for each in slots if each > SLOT + 1_000) == sorted(done)


def test_work_is_done_again_elsewhere_when_its_endpoint_goes(relays: tuple[Relay, Relay]) -> None:
    database, tries = database_at(*relays), []

    def work(transaction: VastTransaction) -> str:
        tries.append(transaction.txid)
        if len(tries) == 1:
            in_use(relays)[0].die()
        (row,) = transaction.select(SERVICE, None, ["revision"], with_row_id=True)
        transaction.update(SERVICE, [{ROW_ID: row[ROW_ID], "description": "done"}])
        return "done"

    assert database.write(work) == "done"
    assert len(tries) == 2


@pytest.mark.parametrize("swallows", [True, False], ids=["before", "after"])
def test_a_commit_into_silence_is_settled_elsewhere(
    relays: tuple[Relay, Relay], swallows: bool
) -> None:
    slot = SLOT + 100 + swallows
    database = database_at(*relays, timeout_seconds=3)
    database.read(lambda it: it.count(GUARDS, None))
    used, _ = in_use(relays)
    used.silent_on, used.swallows = b"PUT /?transaction", swallows
    # The commit of the read went by before the relay was told.

    database.write(added(slot))

    assert number_of(database, slot) == 1


def test_a_commit_into_the_silence_of_all_is_reported_as_unknown(vast_url: str) -> None:
    with a_relay(vast_url) as relay:
        database = database_at(relay, timeout_seconds=1.5)
        database.settling_seconds = 1.5
        relay.silent_on, relay.swallows = b"PUT /?transaction", False
        with pytest.raises(BackendUnavailableError, match="no answer to a commit"):
            database.write(added(SLOT + 200))

        with pytest.raises(BackendUnavailableError, match="did not answer: it took too long"):
            database.read(lambda it: it.count(GUARDS, None))
        accepted = relay.accepted
        with pytest.raises(BackendUnavailableError, match="did not answer: it took too long"):
            database.read(lambda it: it.count(GUARDS, None))
        assert relay.accepted == accepted, "it rests"

        relay.silent_on, relay.is_silent = None, False
        until(lambda: _is_well(database))
    assert number_of(database_at_url(vast_url), SLOT + 200) == 1


def _is_well(database: Database) -> bool:
    try:
        database.read(lambda it: it.count(GUARDS, None))
    except BackendUnavailableError:
        return False
    return True


def database_at_url(url: str) -> Database:
    return Database(vast_connection(settings_for(url)))


def test_a_private_authority_is_trusted_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt")
    authority = Authority("VAST's own")
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    stranger = tmp_path / "stranger.pem"
    stranger.write_text(Authority("somebody else's").pem)
    with (
        serving(VastSettings(tmp_path, "K", "S", ("tams",), port=0)) as url,
        a_relay(url, authority.server_context(tmp_path)) as relay,
    ):
        secure = relay.url.replace("http:", "https:")
        done = provision(vast_connection(settings_for(secure, ca_bundle=str(file))))
        assert any("service" in line for line in done)
        database = Database(vast_connection(settings_for(secure, ca_bundle=str(file))))
        assert database.read(lambda it: it.count(SERVICE, None)) == 1

        for changes in ({}, {"ca_bundle": str(stranger)}):
            untrusting = Database(vast_connection(settings_for(secure, **changes)))
            with pytest.raises(BackendUnavailableError, match="its certificate is not trusted"):
                untrusting.read(lambda it: it.count(SERVICE, None))
