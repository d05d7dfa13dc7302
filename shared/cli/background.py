"""`tams admin queues`, `redrive`, `retry` and `sweep`: waiting work, and how to retry it."""

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from cli.addresses import LOCAL_URL
from cli.client import Client
from cli.console import err, out
from cli.errors import CommandError
from cli.options import AsJson, Token, Url, is_given
from cli.progress import bar
from cli.queue_ages import ages_here, ages_in_cloudwatch
from cli.queues import Queues
from cli.stacks import (
    LOCAL_DATA,
    LOCAL_QUEUES,
    Data,
    QueueUrl,
    Stack,
    api_of,
    client,
    function_of,
)
from cli.tables import queues_table


def queues_of(stack: str | None, local_url: str, data: Path) -> Queues:
    ages = ages_here(local_url) if stack is None else ages_in_cloudwatch(stack)
    return Queues(client("sqs", stack, local_url, data), f"{stack}-" if stack else "", ages)


def queues(
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Show how many messages each queue holds, how old the oldest is, and how many are dead letters."""
    found = queues_of(stack, queue_url, data).all()
    if as_json:
        out.print_json(json.dumps([vars(each) for each in found]))
    else:
        out.print(queues_table(found))


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
    """Move dead letters back into their queue to try them again."""
    with bar(err, "redrive") as progress:
        moved = queues_of(stack, queue_url, data).redrive(queue, progress)
    out.print(f"{moved} messages will be tried again", highlight=False)


def retry(
    context: typer.Context,
    request_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the deletion request.")],
    stack: Stack = None,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Resume a deletion request that is in error, after you have fixed the cause."""
    if stack is not None and not is_given(context, "url"):
        url = api_of(stack)
    with Client(url, token) as api:
        request = api.find(f"/flow-delete-requests/{quote(request_id, safe='')}")
    if request is None:
        raise CommandError(
            f"there is no deletion request {request_id!r}: GET /flow-delete-requests lists them"
        )
    if request["status"] == "done":
        out.print(f"deletion request {request_id} is already done", highlight=False)
        return
    queues_of(stack, queue_url, data).send("DeletionsQueue", json.dumps([request_id]))
    out.print(f"deletion request {request_id} will be tried again", highlight=False)


def sweep(
    stack: Stack = None,
    url: Url = LOCAL_URL,
    data: Data = LOCAL_DATA,
    as_json: AsJson = False,
) -> None:
    """Look for unfinished background work now, without waiting for the next minute's run."""
    functions = client("lambda", stack, url, data)
    name = "sweeper" if stack is None else function_of(stack, functions, "SweeperFunction")
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    done = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise CommandError(f"the sweeper failed: {done.get('errorMessage', done)}")
    if as_json:
        out.print_json(json.dumps(done))
        return
    width = max(map(len, done), default=0)
    for what, count in done.items():
        out.print(f"{what.replace('_', ' '):{width}}  {count}", highlight=False)
