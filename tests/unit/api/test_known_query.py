"""Query parameters that no route reads, and the setting that lets them pass."""

import asyncio
from types import SimpleNamespace
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query

from tams.api.known_query import check_query
from tams.errors import InvalidRequestError
from tams.settings import Settings

router = APIRouter()


def _deeper(verbose: bool = False) -> bool:
    return verbose


@router.get("/flows")
def get_flows(
    _deep: bool = Depends(_deeper),
    limit: int = 1,
    name: Annotated[list[str] | None, Query()] = None,
) -> int:
    return limit + len(name or ())


def asked(query: str, *, refuses: bool = True) -> httpx.Response:
    app = FastAPI()
    unknown_query = "refuse" if refuses else "ignore"
    app.state.platform = SimpleNamespace(settings=SimpleNamespace(unknown_query=unknown_query))
    app.include_router(router, dependencies=[Depends(check_query)])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tams") as client:
            return await client.get(f"/flows?{query}")

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "query",
    [
        "",
        "limit=1",
        "limit=1&limit=1",
        "name=a&name=b",
        "tag.a=b&tag.a=c",
        "_=1&_=2",
        "verbose=true",
        "access_token=x",
        "_=1",
        "tag.a=b",
        "tag_exists.a.b=true",
    ],
)
def test_what_a_route_or_one_of_its_dependencies_declares_is_known(query: str) -> None:
    assert asked(query).status_code == 200


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("limits=1", "did you mean 'limit'"),
        ("LIMIT=1", "did you mean 'limit'"),
        ("verbos=1", "did you mean 'verbose'"),
        ("tags.genre=news", "did you mean 'tag.genre'"),
        ("tag_exist.genre=true", "did you mean 'tag_exists.genre'"),
        ("tag=genre", "this request takes limit, name, verbose, tag.{name}, tag_exists.{name}"),
        ("zzz=1", "this request takes limit, name, verbose, tag.{name}, tag_exists.{name}"),
    ],
)
def test_anything_else_is_refused_with_what_is_nearest(query: str, told: str) -> None:
    with pytest.raises(InvalidRequestError, match="unknown query parameter") as refused:
        asked(query)

    assert told in str(refused.value)


@pytest.mark.parametrize("refuses", [True, False])
def test_two_values_for_what_takes_one_are_refused(refuses: bool) -> None:
    for query in ("limit=1&limit=2&limit=1", "verbose=true&verbose=false"):
        with pytest.raises(InvalidRequestError, match="give one value"):
            asked(query, refuses=refuses)


def test_a_setting_lets_everything_pass() -> None:
    assert asked("limits=1", refuses=False).status_code == 200
    assert Settings.model_fields["unknown_query"].default == "refuse"
