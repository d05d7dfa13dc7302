"""The console in a browser, on a real stack that asks for a token, with the clip of `tams demo`."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from cli.clip import make_clip
from local.stack import Stack
from tests.browser.console_page import ConsolePage, stamp
from tests.cli.command import ingest
from tests.stacks import UNHURRIED, new_stack

pytestmark = pytest.mark.timeout(600)

TOKEN = "a-token-of-the-console"
LABEL = "Evening news"
IMAGES = Path(__file__).parents[2] / "shared/docs/images"
SECONDS = 8
_PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With a recycle bin, and a token that callers need."""
    env = {**UNHURRIED, "TAMS_RECYCLE_BIN__KEPT_SECONDS": "604800"}
    with new_stack(tmp_path_factory.mktemp("console"), env=env, token=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def api(own: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=own.api_url, headers=headers, timeout=120) as it:
        yield it


@pytest.fixture(scope="module")
def clip(own: Stack, api: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was put in once for all: the multi Flow, with its Flows by role."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    make_clip(path, SECONDS)
    outcome = ingest(own, path, "--token", TOKEN, "--label", LABEL)
    flow: dict[str, Any] = api.get(f"/flows/{outcome['multi_flow_id']}").json()
    return flow


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    it = browser.new_context(
        viewport={"width": 1360, "height": 820}, color_scheme="dark", reduced_motion="reduce"
    )
    it.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    yield it
    it.close()


@pytest.fixture
def console(context: BrowserContext, own: Stack, clip: dict[str, Any]) -> Iterator[ConsolePage]:
    """Signed in. A fault of the page's own scripts fails the test."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda it: faults.append(it.text) if "Security Policy" in it.text else None)
    it = ConsolePage(page, own.api_url)
    it.open("library")
    it.sign_in(TOKEN)
    yield it
    page.close()
    assert faults == []


def pictured(console: ConsolePage, name: str) -> None:
    """The docs show what this test saw, where somebody asks for that (TAMS_IMAGES=1)."""
    if os.environ.get("TAMS_IMAGES"):
        IMAGES.mkdir(exist_ok=True)
        path = IMAGES / f"console-{name}.jpg"
        console.page.screenshot(path=path, type="jpeg", quality=72)


def test_a_wrong_token_is_refused_in_words_and_a_right_one_opens_the_library(
    context: BrowserContext, own: Stack, clip: dict[str, Any]
) -> None:
    page = context.new_page()
    console = ConsolePage(page, own.api_url)
    console.open("library")

    console.sign_in("not-the-token")
    expect(page.get_by_role("alert")).to_contain_text("token")
    console.sign_in(TOKEN)

    expect(page.get_by_role("link", name=LABEL).first).to_be_visible()
    page.reload()
    expect(page.get_by_label("Access token")).to_be_visible()  # it is in no storage
    page.close()


def test_what_is_found_plays_and_the_frame_on_show_is_that_of_the_time(
    console: ConsolePage,
) -> None:
    console.press("/")
    console.page.keyboard.type("evening")
    console.page.get_by_role("link", name=LABEL).click()
    console.loaded()
    console.is_at(0)
    console.shows(0)

    console.press("ArrowRight", "ArrowRight", "ArrowRight")
    console.is_at(3)
    console.shows(3)
    console.press("Shift+ArrowRight", "ArrowLeft")
    console.is_at(27)
    console.shows(27)
    console.press("End")
    console.is_at(SECONDS * 25 - 1)
    console.shows(SECONDS * 25 - 1)

    console.press("Home", "l")
    console.eventually(lambda: console.instant() > 10**9, "a second later", console.instant)
    console.press("k")
    console.eventually(
        lambda: stamp(console.frame() or 0) == console.playhead.get_attribute("data-playhead"),
        "at the frame on show",
        console.frame,
    )


def test_an_edit_of_the_marks_is_a_flow_of_the_same_objects_and_plays_to_the_frame(
    console: ConsolePage, clip: dict[str, Any], api: httpx.Client
) -> None:
    console.open(f"flows/{clip['id']}?at={stamp(31)}")
    console.loaded()
    console.shows(31)
    console.press("i", "Shift+ArrowRight", "Shift+ArrowRight", "o")
    marks = console.page.get_by_role("region", name="Marked stretch")
    expect(marks.locator("[data-name=in]")).to_have_attribute("data-ns", stamp(31))
    expect(marks.locator("[data-name=out]")).to_have_attribute("data-ns", stamp(81))
    pictured(console, "workbench")

    marks.get_by_role("button", name="New Flow from it").click()
    expect(console.page.get_by_role("heading", name=f"{LABEL} (edit)")).to_be_visible()
    console.loaded()
    console.is_at(0)
    console.shows(31)
    console.press("End")
    console.is_at(49)
    console.shows(80)

    edit = api.get(f"/flows/{console.page.url.rpartition('/')[2]}").json()
    assert edit["source_id"] != clip["source_id"]
    for made, original in zip(edit["flow_collection"], clip["flow_collection"], strict=True):
        assert object_ids(api, made["id"]) < object_ids(api, original["id"])


def object_ids(api: httpx.Client, flow_id: str) -> set[str]:
    return {each["object_id"] for each in api.get(f"/flows/{flow_id}/segments").json()}


def test_what_is_deleted_is_a_gap_until_the_bin_gives_it_back(
    console: ConsolePage, clip: dict[str, Any], api: httpx.Client
) -> None:
    picture = clip["flow_collection"][0]["id"]
    before = object_ids(api, picture)
    console.open(f"flows/{picture}?in=2:0&out=4:0")
    console.loaded()
    facts = console.page.get_by_role("region", name="What it is")
    expect(facts).to_contain_text("none")

    console.page.get_by_role("button", name="Delete…").click()
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 s of")
    dialog.get_by_role("button", name="Delete").click()
    expect(facts).to_contain_text("1, the first of 2 s")
    assert object_ids(api, picture) < before

    console.open("activity/bin")
    expect(console.page.get_by_role("table", name="Recycle bin")).to_contain_text("[2:0_4:0)")
    pictured(console, "bin")
    console.page.get_by_role("button", name="Restore").first.click()
    expect(facts).to_contain_text("none")
    assert object_ids(api, picture) == before


def test_words_about_a_flow_are_changed_and_a_read_only_one_is_left_alone(
    console: ConsolePage, clip: dict[str, Any], api: httpx.Client
) -> None:
    sound = clip["flow_collection"][1]["id"]
    console.open(f"flows/{sound}/metadata")
    page = console.page
    page.get_by_label("Description").fill("As it was spoken")
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Name of tag").last.fill("desk")
    page.get_by_label("Value of desk").fill("foreign")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved")

    changed = api.get(f"/flows/{sound}").json()
    assert changed["description"] == "As it was spoken"
    assert changed["tags"]["desk"] == "foreign"

    page.get_by_label("Read-only").click()
    expect(page.get_by_label("Description")).to_be_disabled()
    assert api.get(f"/flows/{sound}/read_only").json() is True
    page.get_by_label("Read-only").click()
    expect(page.get_by_label("Description")).to_be_enabled()


def test_a_failure_is_told_in_words_with_the_id_of_the_request(console: ConsolePage) -> None:
    console.open("flows/5f2c0d3a-6a51-4f0e-9d39-0d8d3c1f7a99")

    alert = console.page.get_by_role("alert")
    expect(alert).to_contain_text("does not exist")
    assert len(alert.locator("code").inner_text()) == 36


def test_events_appear_while_one_looks(
    console: ConsolePage, clip: dict[str, Any], api: httpx.Client
) -> None:
    console.open("activity/events")
    log = console.page.get_by_role("list", name="Events, newest first")
    expect(log).to_contain_text("flows/segments_added")

    api.put(f"/flows/{clip['id']}/label", json="Late news").raise_for_status()
    expect(log.get_by_role("listitem").first).to_contain_text("Late news")
    api.put(f"/flows/{clip['id']}/label", json=LABEL).raise_for_status()
    expect(log.get_by_role("listitem").first).to_contain_text(LABEL)
    pictured(console, "events")


def test_a_flow_that_is_being_ingested_grows_while_one_looks(
    console: ConsolePage, clip: dict[str, Any], api: httpx.Client
) -> None:
    picture = clip["flow_collection"][0]["id"]
    original = api.get(f"/flows/{picture}").json()
    segments = [
        {name: each[name] for name in ("object_id", "timerange", "ts_offset") if name in each}
        for each in api.get(f"/flows/{picture}/segments").json()
    ]
    technical = ("format", "codec", "container", "essence_parameters", "max_bit_rate")
    flow = {name: original[name] for name in technical} | {"status": "ingesting"}
    flow |= {"id": str(uuid4()), "source_id": str(uuid4()), "label": "Camera 1"}
    api.post("/flows", json=flow).raise_for_status()
    api.post(f"/flows/{flow['id']}/segments", json=segments[:1]).raise_for_status()

    console.page.get_by_role("button", name="Refresh").click()
    expect(console.page.get_by_role("link", name="Camera 1")).to_contain_text("LIVE")
    console.page.get_by_role("link", name="Camera 1").click()
    facts = console.page.get_by_role("region", name="What it is")
    expect(facts).to_contain_text("[0:0_2:0)")
    api.post(f"/flows/{flow['id']}/segments", json=segments[1:3]).raise_for_status()

    expect(facts).to_contain_text("[0:0_6:0)")


def test_no_view_keeps_people_out(console: ConsolePage, clip: dict[str, Any]) -> None:
    views = {
        "library": "library",
        "flows": "library?what=flows&all=1",
        "metadata": f"flows/{clip['id']}/metadata",
        "activity": "activity/events",
        "webhooks": "activity/webhooks",
        "deletions": "activity/deletions",
        "recycle bin": "activity/bin",
        "service": "service",
        "bench": f"flows/{clip['id']}?in=1:0&out=2:0",
    }
    found = {}
    for name, place in views.items():
        console.open(place)
        expect(console.page.locator("main")).not_to_contain_text(re.compile("Loading|Looking"))
        if name in ("library", "metadata", "service"):
            expect(
                console.page.get_by_text(LABEL if name != "service" else "VAST").first
            ).to_be_visible()
            if name == "library":  # fetched with the token, from where a redirect leads
                expect(console.page.locator(".thumb img").first).to_be_visible()
            pictured(console, name)
        for theme in ("Light", "Dark"):
            found[f"{name} before {theme}"] = console.serious_faults()
            console.page.get_by_role("button", name=theme, exact=True).click()
    console.press("?")
    found["help"] = console.serious_faults()

    assert {name: faults for name, faults in found.items() if faults} == {}
