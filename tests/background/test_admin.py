"""`tams admin` against the running stack, as an operator uses it."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.queues import sqs_client
from local.stack import Stack
from tests.cli.command import command
from tests.maker import Maker
from tests.services import services_on
from tests.waiting import until


def told(stack: Stack) -> dict[str, str]:
    """The variables by which the command finds a stack."""
    return {
        "TAMS_QUEUE_URL": stack.sqs_url,
        "TAMS_URL": stack.api_url,
        "TAMS_VAST_URL": stack.vast_url,
        "TAMS_S3_URL": stack.s3_url,
        "TAMS_DATA_DIR": str(stack.data_dir),
    }


def tams_admin(stack: Stack, *arguments: str, succeeds: bool = True) -> str:
    done = command("admin", *arguments, **told(stack))
    assert (done.returncode == 0) is succeeds, done.stderr
    return done.stdout if succeeds else done.stderr


def depths(stack: Stack) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in json.loads(tams_admin(stack, "queues", "--json"))}


def give_up_on(stack: Stack, queue: str, *bodies: str) -> None:
    with closing(sqs_client(stack.sqs_url, stack.sqs_credentials)) as client:
        url = client.get_queue_url(QueueName=queue.replace("Queue", "DeadLetters"))["QueueUrl"]
        for body in bodies:
            client.send_message(QueueUrl=url, MessageBody=body)


def test_every_queue_is_shown_with_what_it_gave_up(stack: Stack) -> None:
    before = depths(stack)
    give_up_on(stack, "CopiesQueue", '["nobody"]', '["nobody either"]')

    after = depths(stack)

    assert after.keys() == {
        "CopiesQueue",
        "DeletionsQueue",
        "DeliveriesQueue",
        "EventsQueue",
        "ObjectCleanupQueue",
        "RendersQueue",
        "UploadsQueue",
    }
    assert after["CopiesQueue"]["given_up"] == before["CopiesQueue"]["given_up"] + 2
    assert "CopiesQueue" in tams_admin(stack, "queues")


def test_the_age_of_the_oldest_message_is_shown(stack: Stack) -> None:
    with closing(sqs_client(stack.sqs_url, stack.sqs_credentials)) as client:
        url = client.get_queue_url(QueueName="CopiesQueue")["QueueUrl"]
        client.send_message(QueueUrl=url, MessageBody='["nobody"]', DelaySeconds=300)

        (age,) = {depths(stack)["CopiesQueue"]["oldest_seconds"]}
        client.purge_queue(QueueUrl=url)

    assert age is not None
    assert 0 <= age < 300


def test_what_was_given_up_is_tried_again(stack: Stack) -> None:
    give_up_on(stack, "ObjectCleanupQueue", '["nobody"]')

    assert "messages will be tried again" in tams_admin(stack, "redrive", "ObjectCleanupQueue")

    until(lambda: depths(stack)["ObjectCleanupQueue"]["in_work"] == 0)
    assert depths(stack)["ObjectCleanupQueue"]["given_up"] == 0
    wrong = tams_admin(stack, "redrive", "SomeQueue", succeeds=False)
    assert "there is no queue 'SomeQueue'" in wrong


def test_a_deletion_request_in_error_is_taken_up_again(
    stack: Stack, api: httpx.Client, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = services_on(stack, monkeypatch).deletion_requests
    stack.kill("poller")
    flow = make.flow()
    make.segments(flow["id"], 30)
    url = api.delete(f"/flows/{flow['id']}").headers["Location"]
    request_id = url.rpartition("/")[2]
    requests.fail(request_id, "the disk was full")
    assert api.get(url).json()["error"]["summary"] == "the disk was full"
    with closing(sqs_client(stack.sqs_url, stack.sqs_credentials)) as client:
        client.purge_queue(QueueUrl=client.get_queue_url(QueueName="DeletionsQueue")["QueueUrl"])
    stack.restart("poller")

    assert "will be tried again" in tams_admin(stack, "retry", request_id)

    until(lambda: api.get(url).json()["status"] == "done")
    assert "error" not in api.get(url).json()


def test_the_sweeper_runs_when_told(stack: Stack) -> None:
    found = tams_admin(stack, "sweep").split("\n")

    assert {line.rpartition(" ")[0].strip() for line in found if line} == {
        "batches expired",
        "copies",
        "coverage",
        "deletion requests",
        "events expired",
        "recycle bin",
        "recycle bin measured",
        "objects",
        "uploads",
        "webhooks",
    }


def test_what_is_left_over_is_counted_and_stays(stack: Stack, api: httpx.Client) -> None:
    make = Maker(api)
    (object_id,) = make.objects(make.flow()["id"], 1)

    found = json.loads(tams_admin(stack, "clean", "--json"))

    assert {"allocations", "objects", "batches", "keys"} <= found["kinds"].keys()
    assert found["kinds"]["allocations"]["count"] == 0, "its time is not over"
    assert api.get(f"/objects/{object_id}").status_code == 404
    assert "allocations" in tams_admin(stack, "clean", "allocations")


def test_without_the_stacks_keys_nothing_is_swept(stack: Stack, tmp_path: Path) -> None:
    told = tams_admin(stack, "sweep", "--data", str(tmp_path), succeeds=False)

    assert "make run" in told
    assert "Traceback" not in told


def test_a_stack_that_is_not_there_is_told(stack: Stack) -> None:
    nobody = ["--queues", "http://127.0.0.1:9"]

    assert "does not answer" in tams_admin(stack, "queues", *nobody, succeeds=False)
