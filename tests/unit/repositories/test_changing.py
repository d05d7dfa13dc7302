"""Changes apply to the rows that were read: two changes collide, and a lost commit response is resolved."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from tams.models.caller import EVERYONE
from tams.models.copy import Copy
from tams.models.delivery import DeliveryState
from tams.ports import Repositories
from tests.in_process import Platform, a_vast_in_process
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("vast")
    with a_vast_in_process(data) as url:
        yield Platform(url)


@pytest.fixture
def copy(platform: Platform) -> Copy:
    made = Copy(str(uuid4()), "an Object", "a backend", 1, 2)
    platform.store(EVERYONE).write(lambda it: it.copies.add(made))
    return made


def found(platform: Platform, copy_id: str) -> Copy | None:
    return platform.store(EVERYONE).read(lambda it: it.copies.find(copy_id))


def attempt(repositories: Repositories, copy_id: str) -> None:
    copy = repositories.copies.find(copy_id)
    assert copy is not None
    repositories.copies.save(replace(copy, attempts=copy.attempts + 1))


def test_a_save_writes_the_next_revision(platform: Platform, copy: Copy) -> None:
    for revision in (1, 2):
        platform.store(EVERYONE).write(lambda it: attempt(it, copy.id))
        assert (now := found(platform, copy.id)) is not None
        assert (now.revision, now.attempts) == (revision, revision)


def test_of_two_that_change_one_row_the_second_starts_again(platform: Platform, copy: Copy) -> None:
    runs: list[int] = []

    def work(repositories: Repositories) -> None:
        runs.append(len(runs))
        stale = repositories.copies.find(copy.id)
        assert stale is not None
        if len(runs) == 1:  # another is quicker
            platform.store(EVERYONE).write(lambda it: attempt(it, copy.id))
        repositories.copies.save(replace(stale, attempts=stale.attempts + 10))

    platform.store(EVERYONE).write(work)

    assert len(runs) == 2
    assert (now := found(platform, copy.id)) is not None
    assert now.attempts == 11


def add(it: Repositories, webhook_id: str) -> None:
    it.deliveries.save_state(DeliveryState(webhook_id))


def save(it: Repositories, webhook_id: str) -> None:
    state = it.deliveries.state(webhook_id)
    it.deliveries.save_state(replace(state, attempts=state.attempts + 1))


def forget(it: Repositories, webhook_id: str) -> None:
    it.deliveries.state(webhook_id)
    it.deliveries.forget_state(webhook_id)


@pytest.mark.parametrize(
    ("work", "attempts", "revision"), [(add, 0, 0), (save, 1, 1), (forget, 0, 0)]
)
@pytest.mark.parametrize("fault", [FaultAction.DROP_BEFORE, FaultAction.DROP_AFTER])
def test_a_commit_without_an_answer_takes_effect_once(
    platform: Platform,
    work: Callable[[Repositories, str], None],
    attempts: int,
    revision: int,
    fault: FaultAction,
) -> None:
    store, webhook_id = platform.store(EVERYONE), str(uuid4())
    if work is not add:
        store.write(lambda it: add(it, webhook_id))
    Control(platform.settings.vast.endpoint, "K", "S").inject(fault, "commit")

    store.write(lambda it: work(it, webhook_id))

    state = store.read(lambda it: it.deliveries.state(webhook_id))
    assert (state.attempts, state.revision) == (attempts, revision)


def test_the_one_row_of_a_table_has_no_key(platform: Platform) -> None:
    store = platform.store(EVERYONE)
    Control(platform.settings.vast.endpoint, "K", "S").inject(FaultAction.DROP_AFTER, "commit")

    store.write(lambda it: it.service.save("ours", None))

    assert store.read(lambda it: it.service.get()) == ("ours", None)
