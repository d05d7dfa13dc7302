"""What `tams` says of a Flow, a request, a server or a folder that is not there."""

import json
from pathlib import Path
from uuid import uuid4

import httpx
from typer.testing import CliRunner

from cli.main import app
from local.stack import Stack
from tests.builders import a_video_flow_body
from tests.cli.test_failures import NO_ID, refused, tams


def test_the_segments_of_an_unknown_flow_are_no_empty_list(stack: Stack) -> None:
    for more in ((), ("--json",)):
        told = refused("ls", "segments", NO_ID, "--url", stack.api_url, *more)

        assert f"there is no Flow {NO_ID}" in told


def test_a_flow_that_collects_others_says_where_its_media_is(stack: Stack) -> None:
    member, multi = (a_video_flow_body(id=str(uuid4()), source_id=str(uuid4())) for _ in range(2))
    multi = {
        **{name: multi[name] for name in ("id", "source_id")},
        "format": "urn:x-nmos:format:multi",
        "flow_collection": [{"id": member["id"], "role": "video"}],
    }
    for each in (member, multi):
        httpx.put(f"{stack.api_url}/flows/{each['id']}", json=each).raise_for_status()

    result = CliRunner().invoke(app, ["ls", "segments", multi["id"], "--url", stack.api_url])

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "no segments",
        f"its media is in the Flows that it collects: {member['id']} (video)",
    ]


def test_an_operators_command_says_how_to_start_a_server_that_is_not_there(tmp_path: Path) -> None:
    keys = {"access_key": "a", "secret_key": "b"}
    (tmp_path / "credentials.json").write_text(
        json.dumps(
            {
                "aws": keys,
                "vast": keys,
                "s3": keys,
                "storage_id": "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01",
            }
        )
    )
    where = ("--data", str(tmp_path))

    told = refused("admin", "sweep", "--url", "http://127.0.0.1:1", *where)
    assert told.startswith("tams: http://127.0.0.1:1 does not answer")
    assert "`make run`" in told
    assert "invocations" not in told, "the path of an AWS request"

    status = tams("admin", "status", "--vast", "http://127.0.0.1:1", *where)
    assert status.returncode == 1
    told = status.stdout + status.stderr
    assert "VAST did not answer: Connection refused" in told
    assert "`make run`" in told


def test_a_folder_without_keys_is_not_said_to_hold_other_ones(tmp_path: Path) -> None:
    told = refused("admin", "status", "--data", str(tmp_path))

    assert f"{tmp_path / 'credentials.json'} does not exist" in told
    assert "--data" in told


def test_a_deletion_request_that_does_not_exist_is_not_tried_again(stack: Stack) -> None:
    told = refused("admin", "retry", NO_ID, "--url", stack.api_url, TAMS_QUEUE_URL=stack.sqs_url)

    assert f"there is no deletion request '{NO_ID}'" in told
