"""Stacks that need to know their own addresses before they start."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host_config import HostConfig
from local.private import private_files
from local.stack import Stack
from tests.kept import KEPT_SECONDS
from tests.provisioned import add_tables
from tests.served import IS_SERVED, ServedStack

ARCHIVE = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"
UNLABELLED = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a02"
AT_ONCE_SEGMENTS = 20
"""More Segments than these are deleted in the background: 202."""

UNHURRIED = {
    "TAMS_VAST__TIMEOUT_SECONDS": "60",
    "TAMS_VAST__PATIENCE_SECONDS": "240",
    "TAMS_RECYCLE_BIN__KEPT_SECONDS": KEPT_SECONDS,
}
"""A busy machine is not a cluster that fails. What is deleted is gone, unless a run has a recycle bin."""

Backend = dict[str, Any]
AnyStack: type[Stack] = ServedStack if IS_SERVED else Stack
"""In the form that this run of the tests is about."""


@dataclass(frozen=True)
class Backends:
    """Ids of the shared stack's storage backends: `local` is the default one, `unlabelled` has no tags."""

    local: str
    archive: str = ARCHIVE
    unlabelled: str = UNLABELLED


def new_stack(data: Path, **options: Any) -> Stack:
    """On an empty folder. Its tables are copied; tests of how they are made start a `Stack` themselves."""
    add_tables(data / "vast")
    return AnyStack(data, provision=False, **options)


def planned(data: Path) -> tuple[HostConfig, Backend]:
    """How a stack on `data` is going to be, and its storage backend. Nothing is left running."""
    with Stack(data, only=(), provision=False) as it:
        (backend,) = json.loads(it.settings_env()["TAMS_STORAGE_BACKENDS"])
        return it.config, backend


def stack_of_backends(
    data: Path,
    described: Sequence[Mapping[str, Any]],
    env: Mapping[str, str],
    **options: Any,
) -> Stack:
    """Not yet started. `described` is what each backend has that a stack's only one has not.

    The first is the default one.
    """
    config, local = planned(data)
    backends = [{**local, "default_storage": not at, **each} for at, each in enumerate(described)]
    with private_files():
        for backend in backends:
            (data / "s3" / backend["bucket"] / "media").mkdir(parents=True, exist_ok=True)
    env = {**UNHURRIED, **env, "TAMS_STORAGE_BACKENDS": json.dumps(backends)}
    return new_stack(data, ports=config.ports, env=env, **options)
