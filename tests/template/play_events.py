"""Runs with Lambda's Python on the built layers alone: passes sample events to the built handlers.

`python3.13 -I -S play_events.py BUILD RUNTIME EVENTS`: RUNTIME is a folder with the packages that Lambda's
runtime brings, standard input a JSON list of [function, event file]; it prints a JSON list of answers.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any


class Context:
    """What the handlers ask of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


def main(build: Path, runtime: Path, events: Path) -> None:
    # Lambda's own order: layers first, what the runtime brings last.
    layers = [str(build / layer / "python") for layer in ("DependenciesLayer", "TamsLayer")]
    sys.path[:] = [*layers, *sys.path, str(runtime)]
    answers = [
        _handler(build, function)(json.loads((events / event).read_text()), Context())
        for function, event in json.load(sys.stdin)
    ]
    sys.stdout.write("\n" + json.dumps(answers) + "\n")


def _handler(build: Path, function: str) -> Any:
    folder = "".join(part.capitalize() for part in function.split("_")) + "Function"
    spec = importlib.util.spec_from_file_location(folder, build / folder / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lambda_handler


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
