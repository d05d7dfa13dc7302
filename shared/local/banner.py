"""What a person reads when the stack is ready."""

from local.environment import MEDIA_BUCKET, VAST_BUCKET
from local.options import Options
from local.ports import LOOPBACK, Ports
from local.stack import Stack

_USUAL = {
    "TAMS_URL": f"http://{LOOPBACK}:{Ports().api}",
    "TAMS_QUEUE_URL": f"http://{LOOPBACK}:{Ports().queue}",
}
"""Where the `tams` command looks."""


def ready(stack: Stack, options: Options, seconds: float) -> str:
    access = (
        "open to this machine, no credentials (TAMS_LOCAL_TOKEN sets a token)"
        if options.is_open
        else "wants credentials"
    )
    queues = ", ".join(queue.name for queue in stack.application.queues)
    lines = [
        f"TAMS is ready after {seconds:.1f} s",
        f"  API     {stack.api_url}  {access}",
        f"  docs    {stack.api_url}/docs",
        f"  S3      {stack.config.s3_public_url}  bucket {MEDIA_BUCKET}",
        f"  VAST    {stack.vast_url}  bucket {VAST_BUCKET}",
        f"  queues  {stack.sqs_url}  {queues}",
        f"  data    {stack.data_dir}  keys in credentials.json, logs in logs/",
    ]
    if stack.note:
        lines.append(f"  note    {stack.note}")
    if elsewhere := _elsewhere(stack):
        lines.append(f"  tams    finds it with {elsewhere}")
    lines += [f"  not here: {what}" for what in stack.application.unsupported]
    lines += [f"  broken: {name}: {why}" for name, why in stack.broken_functions.items()]
    return "\n".join([*lines, "Press Ctrl-C to stop."])


def _elsewhere(stack: Stack) -> str:
    """What the `tams` command needs in its environment to find what is not where it looks."""
    told = {"TAMS_URL": stack.api_url, "TAMS_QUEUE_URL": stack.sqs_url}
    return " ".join(f"{name}={value}" for name, value in told.items() if value != _USUAL[name])
