"""How long an invocation may still take, according to Lambda's context."""

from typing import Any

from tams.deadline import SecondsLeft


def seconds_left_of(context: Any) -> SecondsLeft:
    return lambda: float(context.get_remaining_time_in_millis()) / 1000
