"""`tams admin backend` against rclone, SeaweedFS, and a server that forgets what S3 must keep."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from tams.runtime import backend as backend_program
from tests.s3_servers import ACCESS_KEY, SECRET_KEY, S3Server, rclone, seaweedfs

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef

BUCKET = "media-of-others"
ID = "3b241101-e2bb-4255-8caf-4136c566a962"
NEEDED = {
    "bucket", "presigned PUT", "signed headers", "presigned GET", "presigned HEAD", "GET with a name",
    "metadata", "list", "copy", "multipart", "delete",
}  # fmt: skip
REST = {"Range", "CORS preflight", "CORS headers", "broken uploads", "thumbnails"}


def backend(url: str, **changes: str) -> dict[str, str]:
    return {
        "id": ID,
        "label": "theirs",
        "bucket": BUCKET,
        "endpoint_url": url,
        "provider": "P",
        "store_product": "S",
        "access_key": ACCESS_KEY,
        "secret_key": SECRET_KEY,
        **changes,
    }


def admin(backends: list[dict[str, str]], *arguments: str, code: int = 0) -> str:
    """`tams admin backend` as an operator runs it."""
    environment = {**os.environ, "TAMS_STORAGE_BACKENDS": json.dumps(backends)}
    command = [sys.executable, "-m", "cli.main", "admin", "backend", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def program(backends: list[dict[str, str]], *arguments: str) -> list[dict[str, Any]]:
    """What the command's program reports, in this process."""
    told = io.StringIO()
    with (
        patch.dict(os.environ, {"TAMS_STORAGE_BACKENDS": json.dumps(backends)}),
        patch.object(sys, "argv", ["backend", *arguments]),
        redirect_stdout(told),
    ):
        assert backend_program.main() == 0
    found: list[dict[str, Any]] = json.loads(told.getvalue().splitlines()[-1])["result"]["backends"]
    return found


def verdicts(backends: list[dict[str, str]]) -> dict[str, bool | None]:
    (found,) = program(backends, "check", "--origin", "https://example.com")
    return {each["name"]: each["is_ok"] for each in found["checks"]}


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with seaweedfs(tmp_path_factory.mktemp("weed"), BUCKET) as server:
        yield server


def is_empty(server: S3Server) -> bool:
    client = server.client()
    return not client.list_objects_v2(Bucket=BUCKET).get("Contents") and not (
        client.list_multipart_uploads(Bucket=BUCKET).get("Uploads")
    )


def test_a_bucket_is_checked_set_up_and_then_as_it_should_be(weed: S3Server) -> None:
    theirs: CORSRuleTypeDef = {
        "ID": "theirs",
        "AllowedOrigins": ["https://other.example"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"],
    }
    client = weed.client()
    client.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [theirs]})
    backends = [backend(weed.url)]

    before = verdicts(backends)
    planned = admin(backends, "setup")
    unchanged = verdicts(backends)
    done = admin(backends, "setup", "--yes", "--origin", "https://example.com")
    after = verdicts(backends)
    (again,) = program(backends, "setup", "--origin", "https://example.com")

    assert before == unchanged
    assert {name for name, is_ok in before.items() if not is_ok} == REST - {"Range"}
    assert before.keys() == after.keys() == NEEDED | REST
    assert set(after.values()) == {True}
    assert "Nothing was changed: --yes changes it." in planned
    assert "CORS       set" in done
    assert not any(each["needed"] for each in again["changes"])
    assert "https://example.com" in admin(backends, "check")
    rules = client.get_bucket_cors(Bucket=BUCKET)["CORSRules"]
    assert [each["ID"] for each in rules] == ["theirs", "tams-media"]
    assert is_empty(weed)


def test_a_page_of_another_origin_is_told_what_is_missing(weed: S3Server) -> None:
    backends = [backend(weed.url)]
    program(backends, "setup", "--yes", "--origin", "https://example.com")

    told = admin(backends, "check", "--origin", "https://elsewhere.example", code=1)

    assert "PUT is not allowed from https://elsewhere.example" in told
    assert "tams admin backend setup" in told


def test_a_server_without_these_operations_says_so_in_a_line(tmp_path: Path) -> None:
    with rclone(tmp_path, BUCKET) as server:
        backends = [backend(server.url)]
        found = verdicts(backends)
        done = program(backends, "setup", "--yes", "--origin", "*")

        assert not [
            path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".log"
        ]
    assert {name for name in NEEDED if not found[name]} == set()
    assert {name: found[name] for name in REST} == {
        "Range": False,
        "CORS preflight": False,
        "CORS headers": False,
        "broken uploads": None,
        "thumbnails": None,
    }
    remarks = [each["remark"] for each in done[0]["changes"]]
    assert all(each.startswith("this server does not support GetBucket") for each in remarks)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"endpoint_url": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        ({"bucket": "not-there"}, "404"),
        ({"secret_key": "wrong"}, "403"),
    ],
    ids=["nobody answers", "no bucket", "wrong keys"],
)
def test_a_bucket_that_cannot_be_reached_is_one_row(
    weed: S3Server, changes: Mapping[str, str], words: str
) -> None:
    backends = [backend(weed.url, **changes)]
    (found,) = program(backends, "check", "--origin", "*")

    (only,) = found["checks"]
    assert (only["name"], only["is_ok"]) == ("bucket", False)
    assert words in only["found"]
    assert only["advice"]
    (failed,) = program(backends, "setup", "--yes", "--origin", "*")
    assert all(each["error"] for each in failed["changes"])


def test_an_unknown_backend_is_named_with_those_that_there_are(weed: S3Server) -> None:
    told = admin([backend(weed.url)], "check", "nobody", code=1)

    assert told == "tams: there is no storage backend 'nobody'; there are: theirs\n"
