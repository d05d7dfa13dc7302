"""`tams admin`, for operators: what waits, what was given up, how to try it again, who may call.

Without `--stack` it works on the local stack; with it on a deployed one, with AWS's usual credentials.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from cli import accounts
from cli.addresses import LOCAL_URL
from cli.client import Client
from cli.console import err, out
from cli.faults import CommandError, one_line
from cli.options import AsJson, Token, Url, is_given
from cli.progress import bar
from cli.queues import Queues
from cli.tables import queues_table

LOCAL_QUEUES = "http://127.0.0.1:9324"
LOCAL_DATA = Path(".tams")

app = typer.Typer(
    help="Look after queues and background work, and create credentials.", no_args_is_help=True
)
app.command()(accounts.token)
app.command()(accounts.user)

Stack = Annotated[
    str | None,
    typer.Option(
        "--stack",
        envvar="TAMS_STACK",
        help="Name of a deployed CloudFormation stack. Default: the local stack.",
    ),
]
QueueUrl = Annotated[
    str,
    typer.Option(
        "--queues", envvar="TAMS_QUEUE_URL", help="Address of the local stack's queue server."
    ),
]
Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="TAMS_DATA_DIR", help="Data folder of the local stack, with its keys."
    ),
]


def _client(service: str, stack: str | None, local_url: str, data: Path) -> Any:
    """`local_url` and `data` are the local stack's."""
    from boto3.session import Session  # noqa: PLC0415 - slow, and rarely needed

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
            f"{path} does not hold the keys of a local stack: run this where you ran `make run`, "
            "or give the stack's data folder with --data"
        ) from error


def _queues(stack: str | None, local_url: str, data: Path) -> Queues:
    ages = _ages_here(local_url) if stack is None else _ages_in_cloudwatch(stack)
    return Queues(_client("sqs", stack, local_url, data), f"{stack}-" if stack else "", ages)


def _ages_here(local_url: str) -> Callable[[str], float | None]:
    """From the local queue server itself."""
    try:
        found: dict[str, float] = httpx.get(f"{local_url}/oldest-seconds", timeout=10).json()
    except (httpx.TransportError, ValueError) as error:
        raise CommandError(
            f"{local_url} does not answer ({one_line(error)}). Start the local server with `make run`, "
            "or name its queues with --queues or TAMS_QUEUE_URL."
        ) from error
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
    as_json: AsJson = False,
) -> None:
    """Show how much each queue holds, how old it is, and how much was given up."""
    found = _queues(stack, queue_url, data).all()
    if as_json:
        out.print_json(json.dumps([vars(each) for each in found]))
    else:
        out.print(queues_table(found))


@app.command()
def redrive(
    queue: Annotated[
        str | None,
        typer.Argument(
            metavar="QUEUE", help="Name of the queue in the template. Default: all queues."
        ),
    ] = None,
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
) -> None:
    """Move given-up messages back into their queue, to be tried again."""
    with bar(err, "redrive") as progress:
        moved = _queues(stack, queue_url, data).redrive(queue, progress)
    out.print(f"{moved} messages are tried again", highlight=False)


@app.command()
def retry(
    context: typer.Context,
    request_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a deletion request that is in error.")
    ],
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Resume a deletion request after you have corrected the cause of its error."""
    if stack is not None and not is_given(context, "url"):
        url = _api_of(stack)
    with Client(url, token) as client:
        request = client.find(f"/flow-delete-requests/{quote(request_id, safe='')}")
    if request is None:
        raise CommandError(
            f"there is no deletion request {request_id!r}: GET /flow-delete-requests lists them"
        )
    if request["status"] == "done":
        out.print(f"deletion request {request_id} is done already", highlight=False)
        return
    _queues(stack, queue_url, data).send("DeletionsQueue", json.dumps([request_id]))
    out.print(f"deletion request {request_id} is tried again", highlight=False)


def _api_of(stack: str) -> str:
    """As the deployed stack names it in its outputs."""
    described = _client("cloudformation", stack, "", LOCAL_DATA).describe_stacks(StackName=stack)[
        "Stacks"
    ]
    for output in described[0].get("Outputs", []):
        if output["OutputKey"] == "ApiUrl":
            return str(output["OutputValue"])
    raise CommandError(f"stack {stack} does not say where its API is: give --url")


@app.command()
def sweep(
    stack: Stack = None,
    url: Url = LOCAL_URL,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Look for forgotten background work now. This happens every minute anyway."""
    functions = _client("lambda", stack, url, data)
    name = "sweeper" if stack is None else _physical_name(functions, f"{stack}-SweeperFunction")
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    done = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise CommandError(f"the sweeper failed: {done.get('errorMessage', done)}")
    if as_json:
        out.print_json(json.dumps(done))
        return
    for what, count in done.items():
        out.print(f"{what.replace('_', ' '):18} {count}", highlight=False)


def _physical_name(functions: Any, prefix: str) -> str:
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            if function["FunctionName"].startswith(prefix):
                return str(function["FunctionName"])
    raise CommandError(f"there is no function {prefix}…; is the stack's name right?")
