"""How operators' commands reach a stack: the local one with its own keys, or a deployed one."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import CommandError

LOCAL_QUEUES = "http://127.0.0.1:9324"
LOCAL_VAST = "http://127.0.0.1:9090"
LOCAL_S3 = "http://127.0.0.1:9000"
LOCAL_DATA = Path(".tams")

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
VastUrl = Annotated[
    str,
    typer.Option("--vast", envvar="TAMS_VAST_URL", help="Address of the local stack's VAST."),
]
S3Url = Annotated[
    str,
    typer.Option("--s3", envvar="TAMS_S3_URL", help="Address of the local stack's S3."),
]
Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="TAMS_DATA_DIR", help="Data folder of the local stack, with its keys."
    ),
]


def client(service: str, stack: str | None, local_url: str = "", data: Path = LOCAL_DATA) -> Any:
    """A client of an AWS service. `local_url` and `data` belong to the local stack."""
    from boto3.session import Session  # noqa: PLC0415 - slow, and rarely needed

    # boto3 reads AWS_DEFAULT_REGION only; the other SDKs, and Lambda, use AWS_REGION.
    session: Any = Session(region_name=os.environ.get("AWS_REGION") or None)
    if stack is not None:
        return session.client(service)
    keys = local_keys(data, "aws")
    return session.client(
        service,
        endpoint_url=local_url,
        region_name="us-east-1",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
    )


def local_keys(data_dir: Path, part: str) -> tuple[str, str]:
    """The keys to a part of the local stack, which stores them with its data."""
    return _kept(data_dir, part, "access_key"), _kept(data_dir, part, "secret_key")


def local_storage_id(data_dir: Path) -> str:
    """The id of the local stack's only storage backend."""
    return _kept(data_dir, "storage_id")


def _kept(data_dir: Path, *names: str) -> str:
    path = data_dir / "credentials.json"
    try:
        kept = json.loads(path.read_text())
        for name in names:
            kept = kept[name]
    except (OSError, ValueError, KeyError) as error:
        fault = (
            "does not exist"
            if isinstance(error, FileNotFoundError)
            else "does not contain the keys of a local stack"
        )
        raise CommandError(
            f"{path} {fault}: run this where you ran `make run`, "
            "or give the stack's data folder with --data"
        ) from error
    return str(kept)


def api_of(stack: str) -> str:
    """The URL in the deployed stack's outputs."""
    described = client("cloudformation", stack).describe_stacks(StackName=stack)["Stacks"]
    for output in described[0].get("Outputs", []):
        if output["OutputKey"] == "ApiUrl":
            return str(output["OutputValue"])
    raise CommandError(f"stack {stack} does not output the address of its API: give --url")


def function_of(stack: str, functions: Any, name: str) -> str:
    """The deployed function that has this name in the template."""
    prefix = f"{stack}-{name}"
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            if function["FunctionName"].startswith(prefix):
                return str(function["FunctionName"])
    raise CommandError(f"there is no function {prefix}…: check the stack's name")
