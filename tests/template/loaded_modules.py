"""`python -m tests.template.loaded_modules FUNCTION`: what a function loads for its services."""

import importlib
import inspect
import json
import sys
from typing import Any

from tams.models.caller import EVERYONE


def main(function: str) -> None:
    app = importlib.import_module(f"functions.{function}.app")
    if "tams.runtime.deployment" in sys.modules:
        platform = importlib.import_module("tams.runtime.deployment").deployment()
        for each in list(vars(app).values()):
            names = inspect.signature(each.of).parameters if hasattr(each, "of") else {}
            given: dict[str, Any] = {"platform": platform, "caller": EVERYONE, "asked": None}
            if "platform" in names:
                each.of(**{name: given[name] for name in names})
    # FlatBuffers takes numpy where it is; the layers hold none.
    loaded = (each for each in sys.modules if each.partition(".")[0] != "numpy")
    sys.stdout.write(json.dumps(sorted(loaded)))


if __name__ == "__main__":
    main(sys.argv[1])
