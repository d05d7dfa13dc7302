"""Webhooks: created, changed and shown to those who may see them (WHK-1…26, WHK-38, AUT-15)."""

from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.queries import WebhookQuery
from tams.models.webhook import WebhookGet, WebhookPost, WebhookPut, WebhookStatus
from tams.services.webhooks.filters import FILTER_IDS_MAX
from tams.services.webhooks.webhooks import WebhookService
from tests.unit.services.world import World, holding, of

URL = "https://example.com/hook"


def service(world: World) -> WebhookService:
    return WebhookService.of(world.platform, world.caller)


def create(world: World, **fields: Any) -> WebhookGet:
    body = {"url": URL, "events": ["flows/created"], **fields}
    return service(world).create(WebhookPost.model_validate(body))


def replace(world: World, webhook: WebhookGet, **fields: Any) -> WebhookGet:
    body = {"id": webhook.id, "url": URL, "events": ["flows/created"], "status": "created"}
    return service(world).replace(webhook.id, WebhookPut.model_validate({**body, **fields}))


def secret(world: World, webhook: WebhookGet) -> str | None:
    return world.read(lambda it: it.webhooks.get(webhook.id)).api_key_value


def test_what_is_left_out_is_unset_but_for_the_secret(world: World) -> None:
    made = create(world, api_key_name="X-Key", api_key_value="s3cret", flow_ids=[str(uuid4())])

    kept = replace(world, made, api_key_name="X-Key")
    assert kept.flow_ids is None
    assert secret(world, made) == "s3cret"
    replace(world, made)
    assert secret(world, made) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://elsewhere.example.com/hook"}, "when the URL's server changes"),
        ({"url": "http://example.com/hook"}, "when the URL's server changes"),
        ({"api_key_name": "X-Other"}, "when api_key_name changes"),
    ],
)
def test_a_secret_goes_to_no_other_receiver(
    world: World, changed: dict[str, Any], said: str
) -> None:
    made = create(world, api_key_name="X-Key", api_key_value="s3cret")

    with pytest.raises(InvalidRequestError, match=said):
        replace(world, made, **{"api_key_name": "X-Key", **changed})
    replace(world, made, **{"api_key_name": "X-Key", **changed}, api_key_value="another")
    assert secret(world, made) == "another"


def test_a_path_on_the_same_server_keeps_the_secret(world: World) -> None:
    made = create(world, api_key_name="X-Key", api_key_value="s3cret")

    replace(world, made, api_key_name="X-Key", url="https://example.com/another?a=b")

    assert secret(world, made) == "s3cret"


def test_a_webhook_in_error_is_started_and_not_disabled(world: World) -> None:
    made = create(world)
    stored = world.read(lambda it: it.webhooks.get(made.id))
    failed = stored.model_copy(update={"status": WebhookStatus.ERROR})

    def fail(repositories: Any) -> None:
        repositories.webhooks.get(made.id)
        repositories.webhooks.save(failed)

    world.write(fail)
    with pytest.raises(InvalidRequestError, match="is already stopped"):
        replace(world, made, status="disabled")
    assert replace(world, made).status == "created"
    assert replace(world, made, status="disabled").status == "disabled"


def test_ids_must_agree_and_a_webhook_must_be_there(world: World) -> None:
    made = create(world)

    with pytest.raises(InvalidRequestError, match="differs from the id in the path"):
        service(world).replace(
            made.id,
            WebhookPut.model_validate(
                {"id": str(uuid4()), "url": URL, "events": [], "status": "created"}
            ),
        )
    service(world).delete(made.id)
    with pytest.raises(NotFoundError):
        service(world).get(made.id)
    assert world.platform.noted.deliveries.bodies[-1] == made.id, "to forget what waits"


def test_filters_name_only_what_the_caller_may_read(world: World) -> None:
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    reader = world.as_(holding(read="news", write="news"))

    with pytest.raises(ForbiddenError, match=sport):
        create(reader, flow_ids=[news, sport])
    assert create(reader, flow_ids=[news]).flow_ids == (news,)
    most = [str(uuid4()) for _ in range(FILTER_IDS_MAX)]
    create(world, flow_ids=most)
    with pytest.raises(InvalidRequestError, match="at most 1000 ids"):
        create(world, flow_ids=[*most, str(uuid4())])


def test_ids_that_a_caller_does_not_know_are_neither_shown_nor_removed(world: World) -> None:
    news, sport = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    made = create(world, flow_ids=[news, sport], tags=of("news"))
    reader = world.as_(holding(read="news", write="news"))

    assert service(reader).get(made.id).flow_ids == (news,)
    assert replace(reader, made, flow_ids=[], tags=of("news")).flow_ids == ()
    assert service(world).get(made.id).flow_ids == (sport,)
    assert replace(reader, made, tags=of("news")).flow_ids is None
    assert service(world).get(made.id).flow_ids is None, "without a list there is no filter"


def test_a_webhook_gets_what_its_creator_may_read_and_no_admin_widens_it(world: World) -> None:
    reader = world.as_(holding(read="news sport", write="news"))
    made = create(reader)

    replace(world, made, tags=of("news"))
    assert world.read(lambda it: it.webhooks.get(made.id)).read_classes == ("news", "sport")
    replace(world.as_(holding(read="news", write="news")), made)
    assert world.read(lambda it: it.webhooks.get(made.id)).read_classes == ("news",)


def test_listings_are_by_url_and_of_the_callers_classes(world: World) -> None:
    site = str(uuid4())
    for name, classes in (("b", "news"), ("a", "news"), ("c", "sport")):
        create(world, url=f"https://{site}.example.com/{name}", tags=of(classes))

    def listed(caller_world: World, *, reverse: bool = False) -> list[str]:
        page = service(caller_world).list_(WebhookQuery(limit=1000, reverse=reverse))
        return [it.url[-1] for it in page.items if site in it.url]

    assert listed(world) == ["a", "b", "c"]
    assert listed(world, reverse=True) == ["c", "b", "a"]
    assert listed(world.as_(holding(read="news"))) == ["a", "b"]
    assert listed(world.as_(holding(write="news"))) == []
