"""`tams play` prints an address that plays without credentials."""

from uuid import uuid4

import httpx

from local.stack import Stack
from tests.builders import a_multi_flow_body
from tests.cli.command import tams
from tests.maker import Maker


def test_the_address_of_a_flow_or_a_source_plays(stack: Stack, api: httpx.Client) -> None:
    flow = Maker(api).flow()
    Maker(api).segments(flow["id"], 3)

    for identifier in (flow["id"], flow["source_id"], flow["id"].upper()):
        for more, start in (((), "#EXTM3U"), (("--dash",), "<?xml")):
            address = tams(stack, "play", identifier, *more).strip()
            assert httpx.get(address).text.startswith(start)


def test_a_timerange_is_all_that_the_address_plays(stack: Stack, api: httpx.Client) -> None:
    flow = Maker(api).flow()
    Maker(api).segments(flow["id"], 3)

    address = tams(stack, "play", flow["id"], "--timerange", "[2:0_4:0)").strip()

    assert httpx.get(address).text.count("#EXTINF") == 1


def test_an_id_of_nothing_is_named(stack: Stack) -> None:
    nothing = str(uuid4())

    told = tams(stack, "play", nothing, code=1)

    assert f"neither a Flow nor a Source with the id {nothing}" in told


def test_a_flow_without_media_has_an_address_that_says_so(stack: Stack, api: httpx.Client) -> None:
    flow = Maker(api).flow(a_multi_flow_body)

    answer = httpx.get(tams(stack, "play", flow["id"]).strip())

    assert answer.status_code == 400
    assert "no media" in answer.json()["summary"]


def test_it_prints_the_address_of_a_picture(stack: Stack, api: httpx.Client) -> None:
    flow = Maker(api).flow()

    address = tams(stack, "play", flow["id"], "--thumbnail").strip()

    assert address.endswith(f"/flows/{flow['id']}/thumbnail")
    assert httpx.get(address).status_code == 404, "there is no media yet"
    told = tams(stack, "play", flow["id"], "--thumbnail", "--dash", code=1)
    assert "give one of them" in told
