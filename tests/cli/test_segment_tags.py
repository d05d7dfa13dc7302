"""`tams ingest --segment-tag`, and tags in the list of Segments."""

import wave
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cli.tables import segments_table
from local.stack import Stack
from tests.cli.command import ingest, tams
from tests.cli.test_commands import NOBODY, run

TAGS = ["--segment-tag", "camera=1", "--segment-tag", "crew=ann", "--segment-tag", "crew=bob=b"]


def sound(path: Path) -> Path:
    """Five seconds that no store has yet."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes((uuid4().bytes * 5_000)[: 2 * 5 * 8_000])
    return path


@pytest.mark.parametrize("how", [[], ["--register-by-upload"]], ids=["POST", "upload"])
def test_every_segment_of_an_ingest_gets_the_tags(
    stack: Stack, tmp_path: Path, how: list[str]
) -> None:
    outcome = ingest(stack, sound(tmp_path / "sound.wav"), *TAGS, *how)

    flow_id = outcome["flow_ids"]["audio"]
    listed = httpx.get(f"{stack.api_url}/flows/{flow_id}/segments").json()
    assert len(listed) == outcome["registered"] > 1
    assert [each["tags"] for each in listed] == [{"camera": "1", "crew": ["ann", "bob=b"]}] * len(
        listed
    )
    assert "Tags" in tams(stack, "ls", "segments", flow_id)


def test_tags_have_a_column_only_where_there_are_some() -> None:
    bare: dict[str, Any] = {"timerange": "[0:0_1:0)", "object_id": "a"}
    tagged = {**bare, "tags": {"kind": "[bold]", "crew": ["ann", "bob"]}}

    assert [each.header for each in segments_table([bare]).columns][-1] == "Key frames"
    table = segments_table(iter([bare, tagged]))
    assert table.columns[-1].header == "Tags"
    assert [str(each) for each in table.columns[-1].cells] == ["", "kind=[bold]; crew=ann,bob"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("camera", "'camera' is not a tag: write NAME=VALUE, such as camera=1"),
        ("auth_classes=news", "auth_classes is not a tag of Segments"),
        (f"a={'x' * 5_000}", "must not exceed 4096 bytes"),
    ],
)
def test_what_is_no_tag_of_a_segment_is_refused_at_once(
    tmp_path: Path, given: str, words: str
) -> None:
    path = sound(tmp_path / "sound.wav")

    code, text = run("ingest", str(path), "--segment-tag", given, "--url", NOBODY)

    assert code == 2
    assert words in " ".join(text.replace("│", " ").split())
