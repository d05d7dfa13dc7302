"""What a person reads when the stack is ready."""

from local.environment import MEDIA_BUCKET, VAST_BUCKET
from local.options import Options
from local.ports import LOOPBACK, Ports
from local.stack import Stack

_USUAL_URL = f"http://{LOOPBACK}:{Ports().api}"
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
    if stack.api_url != _USUAL_URL:
        lines.append(f"  tams    finds it with TAMS_URL={stack.api_url}")
    lines += [f"  not here: {what}" for what in stack.application.unsupported]
    lines += [f"  broken: {name}: {why}" for name, why in stack.broken_functions.items()]
    return "\n".join([*lines, "Ctrl-C ends it."])
