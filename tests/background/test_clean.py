"""`tams admin clean` against the running stack: media without an Object is listed, and removed."""

import json
import subprocess
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from boto3.session import Session

from cli.stacks import local_keys
from local.stack import Stack
from tests.background.test_admin import told
from tests.cli.command import command
from tests.maker import Maker

BUCKET = "tams-media"


def clean(stack: Stack, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return command("admin", "clean", *arguments, typed=typed, **told(stack))


def listed(stack: Stack, *arguments: str) -> dict[str, Any]:
    done = clean(stack, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    kinds: dict[str, Any] = json.loads(done.stdout)["kinds"]
    return kinds


class Bucket:
    """The media of the stack, as S3 shows it."""

    def __init__(self, stack: Stack) -> None:
        access_key, secret_key = local_keys(stack.data_dir, "s3")
        session: Any = Session(access_key, secret_key, region_name="us-east-1")
        self._client = session.client("s3", endpoint_url=stack.s3_url)

    def put(self, name: str) -> None:
        """A thousand bytes of three days ago."""
        modified = {
            "mtime": str(int(time.time()) - 3 * 86_400)
        }  # rclone sets the file's time to it
        self._client.put_object(
            Bucket=BUCKET, Key=f"media/{name}", Body=b"x" * 1000, Metadata=modified
        )

    def has(self, name: str) -> bool:
        found = self._client.list_objects_v2(Bucket=BUCKET, Prefix=f"media/{name}")
        return "Contents" in found


@pytest.fixture
def bucket(stack: Stack) -> Bucket:
    return Bucket(stack)


@pytest.fixture
def stray(bucket: Bucket, api: httpx.Client) -> str:
    """Media that no Object knows, beside some that a Segment uses."""
    make = Maker(api)
    (used,) = make.segments(make.flow()["id"], 1)
    bucket.put(used["object_id"])
    name = f"stray-{uuid4()}"
    bucket.put(name)
    return name


def test_it_lists_and_changes_nothing_unless_it_is_told_to(
    stack: Stack, bucket: Bucket, stray: str
) -> None:
    done = clean(stack, "keys")

    assert done.returncode == 0
    assert "media without an Object" in done.stdout
    assert "left alone" not in done.stderr, "the local bucket's own marker is not worth a note"
    assert listed(stack, "keys")["keys"]["count"] == 1
    assert bucket.has(stray)
    assert listed(stack, "keys", "--remove", "--yes")["keys"]["removed"] == 1


def test_it_asks_first_and_any_other_answer_changes_nothing(
    stack: Stack, bucket: Bucket, stray: str
) -> None:
    for typed in ("", "yes\n"):
        done = clean(stack, "keys", "--remove", typed=typed)

        assert done.returncode == 1
        assert (
            "About to delete 1 item for good, from the schema tams and the bucket tams-media."
            in done.stderr
        )
        assert "nothing was changed" in done.stderr
        assert bucket.has(stray)

    done = clean(stack, "keys", "--remove", typed="remove\n")

    assert done.returncode == 0, done.stderr
    assert "1 removed" in done.stdout
    assert not bucket.has(stray)
    again = clean(stack, "keys", "--remove", typed="")
    assert again.returncode == 0, "nothing is left, so nobody is asked"
    assert "nothing to remove" in again.stdout


def test_programs_get_json_and_are_not_asked(stack: Stack, bucket: Bucket, stray: str) -> None:
    found = listed(stack, "keys", "batches", "--remove", "--yes")

    assert found.keys() == {"keys", "batches"}
    assert (found["keys"]["count"], found["keys"]["removed"]) == (1, 1)
    assert found["keys"]["size_bytes"] == 1000
    assert found["batches"]["removed"] is None, "there was nothing"
    assert not bucket.has(stray)


def test_a_wrong_kind_is_told(stack: Stack) -> None:
    done = clean(stack, "dust")

    assert done.returncode == 1
    assert "there is no kind 'dust'; there are deletions," in done.stderr


def test_a_bucket_that_does_not_answer_is_one_line(stack: Stack) -> None:
    done = clean(stack, "keys", "--s3", "http://127.0.0.1:9")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "S3 backend 'local': list_objects_v2 failed: EndpointConnectionError" in done.stderr
