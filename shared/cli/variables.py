"""The variables by which operators' programs find VAST and media: of a stack, of this process, or local."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import typer

from cli.options import is_given
from cli.stacks import client, function_of, local_keys, local_storage_id

_OURS = "TAMS_"
_PREFIX = "TAMS_VAST__"
_LOCAL_NAME = "tams"
"""The name of both the bucket and the schema on the local VAST."""
_LOCAL_MEDIA = "tams-media"


def environment_of(
    context: typer.Context,
    stack: str | None,
    vast_url: str,
    data: Path,
    s3_url: str | None = None,
) -> Mapping[str, str]:
    """The command's own environment, with the variables of one VAST only.

    They are those of a deployed stack, or those in the environment, or those of the local stack. With
    `s3_url` the local ones include where media is.
    """
    if stack is not None:
        return {**_without(_OURS), **_deployed(stack)}
    if not names_local_stack(context, stack):
        return os.environ
    return {**_without(_PREFIX), **_local(vast_url, data), **_local_media(data, s3_url)}


def names_local_stack(context: typer.Context, stack: str | None) -> bool:
    """Whether `environment_of` gives the variables of the local stack."""
    if stack is not None:
        return False
    if is_given(context, "vast_url") or is_given(context, "data"):
        return True
    return not any(f"{_PREFIX}{name}" in os.environ for name in ("ENDPOINT", "ENDPOINTS"))


def _without(prefix: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(prefix)}


def _local(vast_url: str, data: Path) -> dict[str, str]:
    access_key, secret_key = local_keys(data, "vast")
    return {
        f"{_PREFIX}ENDPOINT": vast_url,
        f"{_PREFIX}BUCKET": _LOCAL_NAME,
        f"{_PREFIX}SCHEMA": os.environ.get(f"{_PREFIX}SCHEMA", _LOCAL_NAME),
        f"{_PREFIX}ACCESS_KEY": access_key,
        f"{_PREFIX}SECRET_KEY": secret_key,
    }


def _local_media(data: Path, s3_url: str | None) -> dict[str, str]:
    """Nothing if it is not wanted, or given in the environment."""
    if s3_url is None or "TAMS_STORAGE_BACKENDS" in os.environ:
        return {}
    access_key, secret_key = local_keys(data, "s3")
    backend = {
        "id": local_storage_id(data),
        "label": "local",
        "provider": "rclone",
        "store_product": "rclone serve s3",
        "endpoint_url": s3_url,
        "bucket": _LOCAL_MEDIA,
        "access_key": access_key,
        "secret_key": secret_key,
    }
    return {"TAMS_STORAGE_BACKENDS": json.dumps([backend])}


def _deployed(stack: str) -> dict[str, str]:
    """The variables of a function of the stack."""
    functions = client("lambda", stack)
    name = function_of(stack, functions, "SweeperFunction")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return {name: value for name, value in variables.items() if name.startswith(_OURS)}
