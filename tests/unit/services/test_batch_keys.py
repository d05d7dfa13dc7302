"""Batches with an Idempotency-Key: done once, however often they are sent (an extension)."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import (
    BackendUnavailableError,
    ConflictError,
    InvalidRequestError,
    RequestFailedError,
)
from tams.models.batch import Outcome
from tams.models.caller import EVERYONE, Caller
from tams.models.source import SourcePost
from tams.ports import Platform as AnyPlatform
from tams.repositories.table import CELL_BYTES_MAX
from tams.services.batch.batch import BATCH_MAX, BatchItem, BatchService
from tams.services.batch.record import KEPT_FOR, BatchCleanup, BatchKey, BatchRecord
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.sources import SourceDeletionService
from tams.services.flows.kept_sources import KeptSourceService
from tests.in_process import Platform
from tests.unit.services.world import World

VIDEO = "urn:x-nmos:format:video"
ALICE, BOB = (Caller(each, EVERYONE.scopes, None) for each in ("alice", "bob"))


def source_item(source_id: str | None = None) -> BatchItem:
    post = SourcePost.from_body({"id": source_id or str(uuid4()), "format": VIDEO})
    return BatchItem(post.id, lambda it, who: KeptSourceService.of(it, who).create(post))


def failing(error: Callable[[], RequestFailedError]) -> BatchItem:
    def work(_: AnyPlatform, __: Caller) -> None:
        raise error()

    return BatchItem("failing", work)


def away() -> RequestFailedError:
    return BackendUnavailableError("VAST did not answer")


def key_of(request: Any = "a request", key: str | None = None, who: Caller = ALICE) -> BatchKey:
    return BatchKey.of(who, key or str(uuid4()), request)


def batch(world: World) -> BatchService:
    return BatchService.of(world.platform, ALICE)


def kinds(outcomes: Sequence[Outcome]) -> list[str | None]:
    return [each.type if each else None for each in outcomes]


def recorded(world: World, key: BatchKey) -> list[str | None]:
    return kinds(BatchRecord.of(world.platform, ALICE, key).outcomes())


def events_of(world: World, *items: BatchItem) -> list[str]:
    return world.event_types(source_ids=[str(each.id) for each in items])


def test_a_whole_batch_is_done_once(world: World) -> None:
    key, items = key_of(), [source_item() for _ in range(3)]

    batch(world).do_all(items, key)
    batch(world).do_all(items, key)

    assert recorded(world, key) == [None] * 3
    assert events_of(world, *items) == ["sources/created"] * 3
    with pytest.raises(ConflictError, match="already exists"):
        batch(world).do_all(items, key_of())


def test_a_whole_batch_that_failed_may_be_tried_again(world: World) -> None:
    key, taken, other = key_of(), source_item(), source_item()
    batch(world).do_all([taken])

    with pytest.raises(ConflictError, match=r"items\[1\]"):
        batch(world).do_all([other, taken], key)
    assert recorded(world, key) == []
    SourceDeletionService.of(world.platform, ALICE).delete(str(taken.id), DeletionOptions())
    batch(world).do_all([other, taken], key)

    assert recorded(world, key) == [None, None]


def test_outcomes_of_single_items_are_told_again_as_they_were(world: World) -> None:
    key, good, late = key_of(), source_item(), source_item()
    items = [good, good, late]

    first = batch(world).do_each(items, key)
    world.platform.time.pass_(hours=5)
    SourceDeletionService.of(world.platform, ALICE).delete(str(good.id), DeletionOptions())
    again = batch(world).do_each(items, key)

    assert kinds(first) == [None, "Conflict", None]
    assert again == first, "with the time of then"
    assert events_of(world, good) == ["sources/created", "sources/deleted"]


def test_a_key_stands_for_one_request_of_one_caller(world: World) -> None:
    name, items = str(uuid4()), [source_item()]
    batch(world).do_all(items, key_of("this", name))
    other = key_of("that", name)

    for do in (batch(world).do_all, batch(world).do_each):
        with pytest.raises(ConflictError, match="has been used for another request"):
            do([source_item()], other)
    bobs, theirs = key_of("that", name, BOB), source_item()
    BatchService.of(world.platform, BOB).do_all([theirs], bobs)

    assert events_of(world, theirs) == ["sources/created"]


@pytest.mark.parametrize("text", ["", "x" * 201, "a\nb", "\x00"])
def test_a_key_is_a_short_text_that_can_be_printed(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="1 to 200 printable"):
        BatchKey.of(ALICE, text, "a request")


def test_the_digest_goes_by_what_is_said_and_not_by_how() -> None:
    one, other = {"a": 1, "b": [2]}, {"b": [2], "a": 1}

    assert key_of(one, "k") == key_of(other, "k")
    assert key_of([1, 2], "k") != key_of([2, 1], "k")


def test_whoever_repeats_an_interrupted_batch_does_only_what_is_left(world: World) -> None:
    key = key_of()
    done, taken, left = source_item(), source_item(), source_item()
    batch(world).do_all([taken])
    items = [done, taken, failing(away), left]

    first = batch(world).do_each(items, key)
    again = batch(world).do_each([done, taken, source_item(), left], key)

    assert kinds(first) == [None, "Conflict", "BackendUnavailable", "BackendUnavailable"]
    assert kinds(again) == [None, "Conflict", None, None]
    assert recorded(world, key) == kinds(again)
    assert events_of(world, done, left) == ["sources/created"] * 2


def test_a_request_that_comes_second_adopts_what_the_first_has_done(world: World) -> None:
    """Both have begun: the second finds out in the transaction of its first item."""
    key, items = key_of(), [source_item() for _ in range(4)]
    service, ran = batch(world), list[str]()

    def first_comes(it: AnyPlatform, who: Caller) -> None:
        if not ran:
            ran.append("the other one")
            elsewhere = Platform(world.platform.settings.vast.endpoint)
            batch(World(elsewhere)).do_each(items, key)
        items[0].work(it, who)

    outcomes = service.do_each([BatchItem(items[0].id, first_comes), *items[1:]], key)

    assert outcomes == [None] * 4
    assert events_of(world, *items) == ["sources/created"] * 4


def test_the_same_batch_from_many_sides_is_done_once(world: World) -> None:
    key, items = key_of(), [source_item() for _ in range(5)]
    together, answers = threading.Barrier(4), list[list[Outcome]]()

    def send(each: bool) -> None:
        service = batch(World(Platform(world.platform.settings.vast.endpoint)))
        together.wait()
        if each:
            answers.append(service.do_each(items, key))
        else:
            service.do_all(items, key)
            answers.append([None] * 5)

    for each in (True, False):
        items[:] = [source_item() for _ in range(5)]
        key = key_of()
        threads = [threading.Thread(target=send, args=(each,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert events_of(world, *items) == ["sources/created"] * 5
    assert answers == [[None] * 5] * 8


def test_a_key_is_free_again_after_a_day(world: World) -> None:
    name, first, second = str(uuid4()), source_item(), source_item()
    batch(world).do_all([first], key_of("this", name))

    world.platform.time.pass_(hours=24)
    with pytest.raises(ConflictError):
        batch(world).do_all([second], key_of("that", name))
    world.platform.time.pass_(seconds=1)
    batch(world).do_all([second], key_of("that", name))

    assert recorded(world, key_of("that", name)) == [None]
    world.platform.time.pass_(hours=23)
    assert recorded(world, key_of("that", name)) == [None], "a day from its own beginning"


def test_the_sweeper_forgets_what_is_older_than_a_day(fresh_world: World) -> None:
    old, new = key_of(), key_of()
    batch(fresh_world).do_all([source_item()], old)
    fresh_world.platform.time.pass_(hours=12)
    batch(fresh_world).do_all([source_item()], new)
    cleanup = BatchCleanup.of(fresh_world.platform)
    then = fresh_world.platform.time.now - timedelta(hours=12) + KEPT_FOR
    later = then + timedelta(seconds=1)

    def kept() -> list[bool]:
        found = fresh_world.read(lambda it: [it.batches.find(each.id) for each in (old, new)])
        return [each is not None for each in found]

    assert replace(cleanup, clock=lambda: then).sweep() == 0
    assert kept() == [True, True]
    assert replace(cleanup, clock=lambda: later).sweep() == 1
    assert kept() == [False, True]
    assert cleanup.sweep() == 0


def test_the_longest_errors_of_a_whole_batch_can_be_kept(world: World) -> None:
    assert BATCH_MAX * 4 * 280 < CELL_BYTES_MAX
    wide = [failing(lambda: InvalidRequestError("\U0001f3a5" * 5_000)) for _ in range(BATCH_MAX)]
    key = key_of()

    first = batch(world).do_each(wide, key)

    assert batch(world).do_each(wide, key) == first
    assert {len(each.summary) for each in first if each} == {280}
