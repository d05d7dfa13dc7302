"""`make openapi`: write the OpenAPI document of all functions to the layer that serves it."""

import importlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "layers" / "tams" / "tams" / "api" / "openapi.json"


def text() -> str:
    """The document as it should be."""
    from tams.api.openapi import document  # noqa: PLC0415 - the path is set first

    names = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
    modules = [importlib.import_module(f"functions.{name}.app") for name in names]
    routers = [module.router for module in modules if hasattr(module, "router")]
    return json.dumps(document(routers), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    TARGET.write_text(text())
