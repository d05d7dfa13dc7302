"""What a person reads when the stack is ready."""

import shlex
from pathlib import Path

from local.environment import MEDIA_BUCKET, VAST_BUCKET
from local.options import DATA_DIR, Options
from local.ports import LOOPBACK, Ports
from local.stack import Stack


def ready(stack: Stack, options: Options, seconds: float) -> str:
    access = (
        "open to this machine, no credentials (TAMS_LOCAL_TOKEN sets a token)"
        if options.is_open
        else "requires credentials"
    )
    queues = ", ".join(queue.name for queue in stack.application.queues)
    lines = [
        f"TAMS is ready after {seconds:.1f} s",
        f"  API     {stack.api_url}  {access}",
        f"  console {stack.api_url}/console",
        f"  docs    {stack.api_url}/docs",
        f"  S3      {stack.config.s3_public_url}  bucket {MEDIA_BUCKET}",
        f"  VAST    {stack.vast_url}  bucket {VAST_BUCKET}",
        f"  queues  {stack.sqs_url}  {queues}",
        f"  data    {stack.data_dir}  keys in credentials.json, logs in logs/",
    ]
    if stack.note:
        lines.append(f"  note    {stack.note}")
    addresses = stack.api_url, stack.sqs_url, stack.vast_url, stack.s3_url
    if elsewhere := variables_for_tams(*addresses, stack.data_dir):
        lines.append(f"  tams    finds it with {elsewhere}")
    lines += [f"  not here: {what}" for what in stack.application.unsupported]
    lines += [f"  broken: {name}: {why}" for name, why in stack.broken_functions.items()]
    return "\n".join([*lines, "Press Ctrl-C to stop."])


def variables_for_tams(
    api_url: str, queue_url: str, vast_url: str, s3_url: str, data_dir: Path
) -> str:
    """The variables that the `tams` command needs, where they differ from its defaults."""
    usual = Ports()
    needed = {
        "TAMS_URL": (api_url, f"http://{LOOPBACK}:{usual.api}"),
        "TAMS_QUEUE_URL": (queue_url, f"http://{LOOPBACK}:{usual.queue}"),
        "TAMS_VAST_URL": (vast_url, f"http://{LOOPBACK}:{usual.vast}"),
        "TAMS_S3_URL": (s3_url, f"http://{LOOPBACK}:{usual.s3}"),
        "TAMS_DATA_DIR": (str(data_dir), str(Path(DATA_DIR).resolve())),
    }
    return " ".join(
        f"{name}={shlex.quote(value)}"
        for name, (value, assumed) in needed.items()
        if value != assumed
    )
