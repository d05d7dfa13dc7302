"""`tams bridge kafka`: reports to the store the uploads that VAST announces in Kafka.

It runs beside a deployment whose media is on VAST S3. AWS's S3 reports uploads to the queue by itself.
"""

import signal
from collections.abc import Callable
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from cli.console import err, out
from cli.errors import CommandError
from cli.stacks import LOCAL_DATA, Data
from cli.uploads_queue import UploadsQueue

app = typer.Typer(
    help="Forward events of other systems to the store.",
    no_args_is_help=True,
)


@app.callback()
def _bridges() -> None:
    """Keeps `kafka` a command of its own, although there is no other yet."""


@app.command()
def kafka(
    brokers: Annotated[
        str,
        typer.Option(
            envvar="TAMS_KAFKA_BROKERS",
            help="Addresses of brokers: host:port, separated by commas.",
        ),
    ],
    topic: Annotated[
        list[str],
        typer.Option(
            envvar="TAMS_KAFKA_TOPIC", help="Topic of the bucket's events; may be repeated."
        ),
    ],
    queue_url: Annotated[
        str,
        typer.Option(
            envvar="TAMS_UPLOADS_QUEUE_URL", help="URL of the stack's UploadsQueue, an SQS queue."
        ),
    ],
    group: Annotated[
        str,
        typer.Option(
            help="Consumer group. Bridges of one group share the work, and continue where it stopped."
        ),
    ] = "tams-uploads",
    security: Annotated[
        str, typer.Option(help="How to connect: plaintext, ssl, sasl_plaintext or sasl_ssl.")
    ] = "plaintext",
    mechanism: Annotated[
        str, typer.Option(help="SASL mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.")
    ] = "PLAIN",
    user: Annotated[
        str | None, typer.Option(envvar="TAMS_KAFKA_USER", help="User for SASL.")
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(
            envvar="TAMS_KAFKA_PASSWORD",
            help="Password for SASL. The variable keeps it out of the shell's history.",
        ),
    ] = None,
    ca_file: Annotated[
        str | None,
        typer.Option(
            help="File of certificate authorities (PEM) to trust instead of the public ones."
        ),
    ] = None,
    plain_keys: Annotated[
        bool,
        typer.Option(
            "--plain-keys",
            help="The keys in events are plain. Without this option they are URL-encoded, as in S3.",
        ),
    ] = False,
    until_idle: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            help="End when no event has come for this many seconds. Default: run until stopped.",
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--kafka-setting",
            metavar="NAME=VALUE",
            help="Setting of the Kafka client (librdkafka); may be repeated.",
        ),
    ] = None,
    data: Data = LOCAL_DATA,
) -> None:
    """Read S3 events from Kafka topics, and send them to the uploads queue.

    An event is marked as read only once it is in the queue, so none is lost if the
    bridge or the queue fails. An event may be sent twice, which does no harm. The command runs until it is
    stopped: SIGTERM ends it cleanly.
    """
    from cli.kafka_events import Events  # noqa: PLC0415 - the client is an optional package

    settings: dict[str, Any] = {
        "bootstrap.servers": brokers,
        "group.id": group,
        "security.protocol": security,
    }
    if security.startswith("sasl"):
        if user is None or password is None:
            raise CommandError("SASL needs --user and TAMS_KAFKA_PASSWORD")
        settings |= {
            "sasl.mechanism": mechanism,
            "sasl.username": user,
            "sasl.password": password,
        }
    if ca_file is not None:
        settings["ssl.ca.location"] = ca_file
    settings |= dict(_pair(each) for each in setting or ())
    queue = UploadsQueue(queue_url, data)
    with _stoppable() as is_stopped, Events(settings, topic) as events:
        err.print(f"reading {', '.join(topic)} from {brokers}", highlight=False, markup=False)
        sent = _pass_on(events, queue, is_stopped, until_idle, plain_keys=plain_keys)
    out.print(f"{sent} uploads forwarded", highlight=False)


def _pass_on(
    events: Any,
    queue: UploadsQueue,
    is_stopped: Callable[[], bool],
    until_idle: float | None,
    *,
    plain_keys: bool,
) -> int:
    """Returns how many uploads the queue has got."""
    sent = 0
    while not is_stopped() and (until_idle is None or events.idle_seconds < until_idle):
        read = events.read(plain_keys=plain_keys)
        for warning in read.warnings:
            err.print(f"warning: {warning}", highlight=False, markup=False, soft_wrap=True)
        if read.bodies and not queue.send(read.bodies, events.keep_alive, is_stopped):
            break  # stopped while the queue was away; the next bridge reads them again
        events.commit(read)
        sent += read.upload_count
    return sent


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair:
        raise CommandError(f"{text!r} is not a setting: write NAME=VALUE")
    return name, value


@contextmanager
def _stoppable() -> Any:
    """Ctrl-C and SIGTERM end the work after the batch under way."""
    stops: list[int] = []
    before = {
        each: signal.signal(each, lambda number, _: stops.append(number))
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: bool(stops)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
