"""`tams admin`: what waits, what was given up, how to set it going again, who may call; for operators.

Without `--stack` it looks after the local stack, with it after a deployed one, by AWS's usual credentials.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from cli import accounts
from cli.faults import CommandError
from cli.progress import bar
from cli.queues import Queues
from cli.tables import queues_table

LOCAL_API = "http://127.0.0.1:8000"
LOCAL_QUEUES = "http://127.0.0.1:9324"
LOCAL_DATA = Path(".tams")

app = typer.Typer(
    help="Look after queues and background work; make credentials.", no_args_is_help=True
)
app.command()(accounts.token)
app.command()(accounts.user)
out, err = Console(), Console(stderr=True)

Stack = Annotated[
    str | None,
    typer.Option("--stack", envvar="TAMS_STACK", help="A deployed CloudFormation stack."),
]
QueueUrl = Annotated[
    str, typer.Option("--queues", envvar="TAMS_QUEUE_URL", help="Where the local queues are.")
]
Data = Annotated[
    Path, typer.Option("--data", envvar="TAMS_DATA_DIR", help="Where the local stack's data is.")
]


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong ends the command with one line and exit code 1."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow, and rarely needed

    try:
        yield
    except (CommandError, BotoCoreError, ClientError) as error:
        err.print(f"[red]tams:[/red] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _client(service: str, stack: str | None, local_url: str, data: Path) -> Any:
    """`local_url` and `data` are the local stack's."""
    from boto3.session import Session  # noqa: PLC0415 - as above

    session: Any = Session()
    if stack is not None:
        return session.client(service)
    keys = _local_keys(data)
    return session.client(
        service,
        endpoint_url=local_url,
        region_name="us-east-1",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
    )


def _local_keys(data_dir: Path) -> tuple[str, str]:
    """What opens the queues and functions of the local stack; it keeps them with its data."""
    path = data_dir / "credentials.json"
    try:
        kept = json.loads(path.read_text())["aws"]
        return kept["access_key"], kept["secret_key"]
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(
            f"{path} has no keys of the local stack: run this where make run was run, "
            "or say with --data where its data is"
        ) from error


def _queues(stack: str | None, local_url: str, data: Path) -> Queues:
    ages = _ages_here(local_url) if stack is None else _ages_in_cloudwatch(stack)
    return Queues(_client("sqs", stack, local_url, data), f"{stack}-" if stack else "", ages)


def _ages_here(local_url: str) -> Callable[[str], float | None]:
    """The local queue tells it itself."""
    try:
        found: dict[str, float] = httpx.get(f"{local_url}/oldest-seconds", timeout=10).json()
    except (httpx.TransportError, ValueError) as error:
        raise CommandError(f"{local_url} does not answer ({error})") from error
    return found.get


def _ages_in_cloudwatch(stack: str) -> Callable[[str], float | None]:
    watch = _client("cloudwatch", stack, "", LOCAL_DATA)

    def age(name: str) -> float | None:
        now = datetime.now(UTC)
        found = watch.get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": name}],
            StartTime=now - timedelta(minutes=15),
            EndTime=now,
            Period=300,
            Statistics=["Maximum"],
        )["Datapoints"]
        latest = max(found, key=lambda each: each["Timestamp"], default=None)
        return None if latest is None else float(latest["Maximum"])

    return age


@app.command()
def queues(
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """How much waits in each queue, for how long, and how much was given up."""
    with _told():
        found = _queues(stack, queue_url, data).all()
    if as_json:
        out.print_json(json.dumps([vars(each) for each in found]))
    else:
        out.print(queues_table(found))


@app.command()
def redrive(
    queue: Annotated[
        str | None, typer.Argument(help="A queue, by its name in the template; all without.")
    ] = None,
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
) -> None:
    """Put what was given up back into its queue, to be tried again."""
    with _told(), bar(err, "redrive") as progress:
        moved = _queues(stack, queue_url, data).redrive(queue, progress)
    out.print(f"{moved} messages are tried again", highlight=False)


@app.command()
def retry(
    request_id: Annotated[str, typer.Argument(help="A deletion request that is in error.")],
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
) -> None:
    """Go on with a deletion request, once what it failed of has been put right."""
    with _told():
        _queues(stack, queue_url, data).send("DeletionsQueue", json.dumps([request_id]))
    out.print(f"deletion request {request_id} is tried again", highlight=False)


@app.command()
def sweep(
    stack: Stack = None,
    url: Annotated[
        str, typer.Option("--url", envvar="TAMS_URL", help="Where the local API is.")
    ] = LOCAL_API,
    data: Data = LOCAL_DATA,
) -> None:
    """Look for work that lost messages or dead functions left behind, now instead of within a minute."""
    with _told():
        functions = _client("lambda", stack, url, data)
        name = "sweeper" if stack is None else _physical_name(functions, f"{stack}-SweeperFunction")
        answer = functions.invoke(FunctionName=name, Payload=b"{}")
        done = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise CommandError(f"the sweeper failed: {done.get('errorMessage', done)}")
    for what, count in done.items():
        out.print(f"{what.replace('_', ' '):18} {count}", highlight=False)


def _physical_name(functions: Any, prefix: str) -> str:
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            if function["FunctionName"].startswith(prefix):
                return str(function["FunctionName"])
    raise CommandError(f"there is no function {prefix}…; is the stack's name right?")
