"""What a person reads when the stack is ready."""

from local.environment import MEDIA_BUCKET, VAST_BUCKET
from local.options import Options
from local.stack import Stack


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
    lines += [f"  not here: {what}" for what in stack.application.unsupported]
    lines += [f"  broken: {name}: {why}" for name, why in stack.broken_functions.items()]
    return "\n".join([*lines, "Ctrl-C ends it.", ""])
