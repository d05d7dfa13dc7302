"""Profiles are created once and never change (PRF)."""

from typing import Any
from uuid import uuid4

import pytest

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE, Caller
from tams.models.profile import ProfilePost
from tams.models.queries import ProfileQuery
from tams.services.service.profiles import ProfileService
from tests.builders import a_video_flow_body
from tests.in_process import Platform


def a_profile(**fields: Any) -> ProfilePost:
    flow = a_video_flow_body()
    metadata = {name: flow[name] for name in ("format", "codec", "container", "essence_parameters")}
    return ProfilePost.model_validate(
        {"id": str(uuid4()), "label": "720p", "flow_metadata": metadata, **fields}
    )


def test_a_profile_says_who_made_it_and_when(platform: Platform) -> None:
    post = a_profile()
    alice = Caller("alice", frozenset(), None)

    made = ProfileService.of(platform, alice).create(post.id, post)

    assert (made.created_by, made.created) == ("alice", platform.time.now)
    assert ProfileService.of(platform, EVERYONE).get(post.id) == made


def test_an_id_is_taken_even_for_the_same_content(platform: Platform) -> None:
    profiles, post = ProfileService.of(platform, EVERYONE), a_profile()
    profiles.create(post.id, post)

    with pytest.raises(InvalidRequestError, match="already exists"):
        profiles.create(post.id, post)
    with pytest.raises(InvalidRequestError, match="differs from the id in the path"):
        profiles.create(str(uuid4()), post)
    with pytest.raises(NotFoundError):
        profiles.get(str(uuid4()))


def test_pages_follow_each_other_by_id(platform: Platform) -> None:
    profiles, label = ProfileService.of(platform, EVERYONE), str(uuid4())
    posts = [a_profile(label=label) for _ in range(5)]
    made = sorted(profiles.create(post.id, post).id for post in posts)

    found: list[str] = []
    page: str | None = None
    while True:
        answer = profiles.list_(ProfileQuery(limit=2, page=page, label=label))
        found += [each.id for each in answer.items]
        if (page := answer.next_key) is None:
            break

    assert found == made
