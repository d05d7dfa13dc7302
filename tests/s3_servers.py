"""S3 servers by themselves, for what has to hold on more than one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError

from local import seaweed
from local.credentials import KeyPair
from local.ports import LOOPBACK, free_ports
from tests.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCESS_KEY, SECRET_KEY = "local-access-key", "local-secret-key"


@dataclass
class S3Server:
    url: str
    process: "subprocess.Popen[bytes]"

    def client(self) -> "S3Client":
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def seaweedfs(data: Path, bucket: str, *, events_url: str = "") -> Iterator[S3Server]:
    """With this bucket, which it may have had before."""
    (port,) = free_ports(LOOPBACK, 1)
    keys = KeyPair(ACCESS_KEY, SECRET_KEY)
    command = seaweed.command(data, LOOPBACK, port, keys, events_url)
    with _running(command.arguments, {}, data / "weed.log", port) as server:
        client = server.client()
        until(lambda: _has_bucket(client, bucket))
        yield server


@contextmanager
def rclone(data: Path, bucket: str) -> Iterator[S3Server]:
    (data / "media" / bucket).mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(LOOPBACK, 1)
    program = Path(sys.executable).with_name("rclone")
    arguments = [str(program), "serve", "s3", f"--addr={LOOPBACK}:{port}", "--config", os.devnull]
    arguments += ["--vfs-cache-mode", "off", "--allow-origin", "*", "--no-cleanup"]
    keys = {"RCLONE_AUTH_KEY": f'"{ACCESS_KEY},{SECRET_KEY}"'}
    log = data / "rclone.log"
    with _running([*arguments, str(data / "media")], keys, log, port) as server:
        yield server


@contextmanager
def _running(
    arguments: Sequence[str], variables: dict[str, str], log: Path, port: int
) -> Iterator[S3Server]:
    url = f"http://{LOOPBACK}:{port}"
    with log.open("ab") as output:
        process = subprocess.Popen(
            arguments, env={**os.environ, **variables}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: _answers(url) or process.poll() is not None)
        assert process.poll() is None, log.read_text()[-2_000:]
        yield S3Server(url, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.HTTPError:
        return False
    return True


def _has_bucket(client: Any, bucket: str) -> bool:
    """Makes it unless it is there. The gateway answers before its filer does."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            return False
        client.create_bucket(Bucket=bucket)
    except BotoCoreError:
        return False
    return True
