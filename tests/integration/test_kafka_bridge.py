"""`tams bridge kafka` between a broker that speaks the real protocol, and a real queue.

The broker is librdkafka's own, for tests. Events have the form that VAST documents.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote
from uuid import uuid4

import httpx
import pytest
from confluent_kafka import Producer
from typer.testing import CliRunner, Result

from cli.main import app
from functions.object_created.app import process
from local.parts import NAMES
from local.queues import sqs_client
from local.stack import Stack
from tests.integration.local_vast import a_free_port
from tests.maker import Maker
from tests.services import services_on
from tests.stacks import UNHURRIED
from tests.waiting import PATIENCE_SECONDS, until

Json = dict[str, Any]
IDLE = ("--until-idle", "1")
SHORT = ("--kafka-setting", "session.timeout.ms=6000")
"""Until the broker gives up a consumer that was killed."""


class Broker:
    """A broker in this process. Its topics exist once something was written to them."""

    def __init__(self) -> None:
        self._producer = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 1})
        (broker,) = self._producer.list_topics(timeout=60).brokers.values()
        self.address = f"{broker.host}:{broker.port}"

    def write(self, topic: str, *values: bytes) -> None:
        for value in values:
            self._producer.produce(topic, value, partition=0)
        assert self._producer.flush(60) == 0


@pytest.fixture(scope="module")
def broker() -> Broker:
    return Broker()


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that hears of no upload by itself, and in which nobody reads queues."""
    parts = [name for name in NAMES if name != "poller"]
    with Stack(tmp_path_factory.mktemp("quiet"), only=parts, workers=1, env=UNHURRIED) as stack:
        yield stack


@pytest.fixture
def topic() -> str:
    return f"uploads-{uuid4()}"


class Queue:
    def __init__(self, stack: Stack) -> None:
        self._sqs = sqs_client(stack.sqs_url, stack.sqs_credentials)
        self.url: str = self._sqs.create_queue(QueueName=f"uploads-{uuid4()}")["QueueUrl"]

    def bodies(self) -> list[Json]:
        """Everything that is in it, which is gone then."""
        found: list[Json] = []
        while messages := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for each in messages:
                found.append(json.loads(each["Body"]))
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return found


def options(stack: Stack, broker: str, topic: str, queue_url: str, *more: str) -> list[str]:
    words = ["--brokers", broker, "--topic", topic, "--queue-url", queue_url, "--group", topic]
    return ["bridge", "kafka", *words, "--data", str(stack.data_dir), *SHORT, *more]


def process_of(*words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def bridge(
    stack: Stack, broker: str, topic: str, queue_url: str, *more: str, code: int = 0
) -> Result:
    """In this process, until nothing comes any more."""
    done = CliRunner().invoke(app, options(stack, broker, topic, queue_url, *IDLE, *more))
    assert done.exit_code == code, done.output
    return done


def passed_on(
    stack: Stack, broker: Broker, topic: str, queue: Queue, wanted: set[str], *more: str
) -> tuple[list[Json], str]:
    """What the queue gets and the bridge says, until the queue has had all that is wanted.

    On a busy machine a bridge may find the broker idle before it has read everything; the next goes on.
    """
    bodies: list[Json] = []
    told = ""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted <= set(keys(bodies)):
        assert time.monotonic() < deadline, wanted - set(keys(bodies))
        told += bridge(stack, broker.address, topic, queue.url, *more).output
        bodies += queue.bodies()
    return bodies, told


def vast_event(key: str, bucket: str = "tams-media", name: str = "s3:ObjectCreated:Put") -> bytes:
    record = {
        "awsRegion": "",
        "eventName": name,
        "eventSource": "vast:s3",
        "eventTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "eventVersion": "2.2",
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "s3": {
            "bucket": {"arn": f"arn:vast:s3:::{bucket}", "name": bucket},
            "configurationId": "uploads",
            "object": {"eTag": "e", "key": key, "sequencer": "1A", "size": "5"},
            "s3SchemaVersion": "1.0",
        },
        "userIdentity": {"principalId": "user"},
    }
    return json.dumps({"Records": [record]}).encode()


def keys(bodies: Sequence[Json]) -> list[str]:
    return [record["s3"]["object"]["key"] for body in bodies for record in body["Records"]]


@pytest.mark.parametrize("plain", [False, True], ids=["encoded keys", "plain keys"])
def test_an_upload_that_vast_reports_registers_its_segment(
    quiet: Stack, broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch, *, plain: bool
) -> None:
    queue = Queue(quiet)
    with httpx.Client(base_url=quiet.api_url, timeout=120) as api:
        flow = Maker(api).flow()
        response = api.post(
            f"/flows/{flow['id']}/storage",
            json={"segments": [{"timerange": "[0:0_1:0)"}], "object_ids": [f"a/b c%2F+{uuid4()}"]},
        )
        assert response.status_code == 201, response.text
        put_url = response.json()["media_objects"][0]["put_url"]
        headers = {"Content-Type": put_url["content-type"], **put_url["headers"]}
        assert httpx.put(put_url["url"], content=b"media", headers=headers).status_code == 200
        key = unquote(httpx.URL(put_url["url"]).raw_path.decode().partition("?")[0])
        key = key.removeprefix("/tams-media/")

        broker.write(topic, vast_event(key if plain else quote_plus(key, safe="/")))
        encoded = quote_plus(key, safe="/")
        bodies, _ = passed_on(quiet, broker, topic, queue, {encoded}, *(["--plain-keys"] * plain))
        process(services_on(quiet, monkeypatch).platform, bodies)

        (segment,) = api.get(f"/flows/{flow['id']}/segments").json()
        assert segment["timerange"] == "[0:0_1:0)"


def test_each_event_is_passed_on_and_a_second_bridge_goes_on_where_the_first_stopped(
    quiet: Stack, broker: Broker, topic: str
) -> None:
    queue = Queue(quiet)
    broker.write(topic, *(vast_event(f"media/{number}") for number in range(250)))
    wanted = {f"media/{number}" for number in range(250)}
    first, _ = passed_on(quiet, broker, topic, queue, wanted)
    broker.write(topic, vast_event("media/later"))
    second, _ = passed_on(quiet, broker, topic, queue, {"media/later"})

    assert sorted(keys(first)) == sorted(wanted)
    assert keys(second) == ["media/later"]


def test_what_is_no_upload_is_passed_over_and_what_is_no_event_is_told(
    quiet: Stack, broker: Broker, topic: str
) -> None:
    queue = Queue(quiet)
    strange = [
        b"",
        b"not JSON",
        b"[]",
        b"17",
        b"null",
        b'{"Records": [{}]}',
        b"\xff\xfe",
        b'{"a": 1}',
    ]
    broker.write(
        topic,
        *strange,
        vast_event("media/gone", name="s3:ObjectRemoved:Delete"),
        vast_event("media/there"),
    )

    bodies, told = passed_on(quiet, broker, topic, queue, {"media/there"})

    assert keys(bodies) == ["media/there"]
    assert told.count("is not an S3 event, and is skipped") == len(strange)
    assert f"{topic}, partition" in told


def test_nothing_is_lost_while_the_queue_is_away(quiet: Stack, broker: Broker, topic: str) -> None:
    queue = Queue(quiet)
    broker.write(topic, *(vast_event(f"media/{number}") for number in range(30)))
    port = a_free_port()
    nowhere = queue.url.replace(quiet.sqs_url, f"http://127.0.0.1:{port}")
    with process_of(*options(quiet, broker.address, topic, nowhere)) as running:
        assert running.stderr is not None
        until(lambda: "the queue did not take" in running.stderr.readline())  # type: ignore[union-attr]
        running.send_signal(signal.SIGTERM)
        running.stderr.read()
        assert running.wait(60) == 0

    passed_on(quiet, broker, topic, queue, {f"media/{number}" for number in range(30)})


def test_a_bridge_that_is_killed_leaves_the_rest_to_the_next(
    quiet: Stack, broker: Broker, topic: str
) -> None:
    queue = Queue(quiet)
    wanted = {f"media/{number}" for number in range(400)}
    broker.write(topic, *(vast_event(key) for key in sorted(wanted)))
    seen: set[str] = set()
    for _ in range(2):
        with process_of(*options(quiet, broker.address, topic, queue.url)) as running:
            assert running.stderr is not None
            running.stderr.readline()
            time.sleep(0.5)  # somewhere in its work, or before it, or after it
            running.kill()
        seen |= set(keys(queue.bodies()))

    bodies, _ = passed_on(quiet, broker, topic, queue, wanted - seen)
    assert seen | set(keys(bodies)) == wanted


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"broker": "127.0.0.1:1"}, "Kafka does not answer"),
        ({"queue_url": "nonsense"}, "is not the URL of an SQS queue"),
        ({"more": ("--security", "sasl_ssl")}, "SASL needs --user and TAMS_KAFKA_PASSWORD"),
        ({"more": ("--security", "sometimes")}, "security.protocol"),
        ({"more": ("--kafka-setting", "nothing")}, "write NAME=VALUE"),
        ({"more": ("--kafka-setting", "no.such=1")}, "no.such"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    quiet: Stack, broker: Broker, changes: Json, words: str
) -> None:
    broker.write("there", vast_event("media/a"))
    queue_url = changes.get("queue_url") or f"{quiet.sqs_url}/000000000000/uploads"
    address = changes.get("broker", broker.address)

    done = bridge(quiet, address, "there", queue_url, *changes.get("more", ()), code=1)

    told = [line for line in done.stderr.splitlines() if line.startswith("tams: ")]
    assert len(told) == 1
    assert words in told[0]
    assert "Traceback" not in done.stderr


def test_without_the_client_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    monkeypatch.delitem(sys.modules, "cli.kafka_events", raising=False)
    words = ["--brokers", "b", "--topic", "t", "--queue-url", "http://127.0.0.1:1/q"]

    done = CliRunner().invoke(app, ["bridge", "kafka", *words, "--data", str(tmp_path)])

    assert done.exit_code == 1
    assert "pip install confluent-kafka" in done.output


def test_a_queue_that_does_not_exist_ends_it(quiet: Stack, broker: Broker, topic: str) -> None:
    broker.write(topic, vast_event("media/a"))

    done = bridge(quiet, broker.address, topic, f"{quiet.sqs_url}/000000000000/nobody", code=1)

    assert "the queue cannot be used" in done.stderr
