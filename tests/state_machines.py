"""Random walks through a state machine: the same each time, and others after them where those were short."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.long_form import SOAK


def walk(machine: Any, *, examples: int, further: int, steps: int, steps_min: int) -> None:
    """Until the machine has counted `steps_min` in its `steps`. In the long form, any walks."""
    machine.steps = 0
    known = not SOAK
    while machine.steps < steps_min:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples if machine.steps == 0 else further,
                stateful_step_count=steps,
                deadline=None,
                derandomize=known,
                suppress_health_check=list(HealthCheck),
            ),
        )
        known = False
