"""How long an invocation may still take, as Lambda's context says."""

from typing import Any

from tams.deadline import SecondsLeft


def seconds_left_of(context: Any) -> SecondsLeft:
    return lambda: float(context.get_remaining_time_in_millis()) / 1000
