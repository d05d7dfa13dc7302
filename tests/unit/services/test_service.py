"""The service's own description, its backends, and the time that its hosts believe."""

from datetime import timedelta

import pytest

from tams.models.caller import EVERYONE
from tams.models.filters import TagFilter
from tams.models.queries import BackendQuery
from tams.models.service import ServicePost
from tams.services.clock.believed_time import STEP, BelievedTime
from tams.services.service.service import ServiceService
from tams.timing.microseconds import to_us
from tests.in_process import ARCHIVE_ID
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import World


def service(world: World) -> ServiceService:
    return ServiceService.of(world.platform, EVERYONE)


def test_what_a_client_leaves_out_stays_and_what_it_never_set_is_as_deployed(
    fresh_world: World,
) -> None:
    deployed = service(fresh_world).get()

    service(fresh_world).update(ServicePost(name="ours"))
    service(fresh_world).update(ServicePost(description="for news"))
    assert (service(fresh_world).get().name, service(fresh_world).get().description) == (
        "ours",
        "for news",
    )
    service(fresh_world).update(ServicePost(name="", description=""))
    assert service(fresh_world).get() == deployed


def test_backends_come_by_label_in_pages(world: World) -> None:
    first = service(world).list_backends(BackendQuery(limit=1))
    rest = service(world).list_backends(BackendQuery(limit=5, page=first.next_key))

    assert [each.id for each in (*first.items, *rest.items)] == [ARCHIVE_ID, STORAGE_ID]
    assert rest.next_key is None
    turned = service(world).list_backends(BackendQuery(reverse=True))
    assert [each.id for each in turned.items] == [STORAGE_ID, ARCHIVE_ID]
    tagged = BackendQuery(tags=(TagFilter("tier", exists=True),))
    assert service(world).list_backends(tagged).items == ()


@pytest.mark.parametrize(
    ("leap", "believed"),
    [
        (timedelta(minutes=9), timedelta(minutes=9)),
        (STEP, STEP),
        (timedelta(days=1), STEP),
        (timedelta(days=-1), timedelta(days=-1)),
    ],
)
def test_a_clock_that_leaps_ahead_is_believed_step_by_step(
    world: World, leap: timedelta, believed: timedelta
) -> None:
    clock, before = BelievedTime.of(world.platform), world.platform.time.now
    far = timedelta(days=10_000) // timedelta(microseconds=1)
    world.write(lambda it: it.service.believed_us(to_us(before), far))

    world.platform.time.now += leap

    assert clock() == before + believed
