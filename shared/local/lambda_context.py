"""The `context` that a handler gets besides the event."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from local.application import Function
from local.intrinsics import ACCOUNT_ID, REGION


@dataclass
class LambdaContext:
    """The attributes that Python handlers find on Lambda's own object."""

    function_name: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    log_group_name: str
    deadline: float
    """On the monotonic clock."""
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    identity: Any = None
    client_context: Any = None
    tenant_id: str | None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self.deadline - time.monotonic()) * 1000))


def new_context(function: Function) -> LambdaContext:
    name = f"tams-{function.name}"
    return LambdaContext(
        function_name=name,
        memory_limit_in_mb=str(function.memory_mb),
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}",
        log_group_name=f"/aws/lambda/{name}",
        deadline=time.monotonic() + function.timeout_seconds,
    )
