"""Run as a file, where no other package is: loads all of `tams serve`."""

import importlib
import sys

LATE = ("local.queues", "tams.media.still", "tams.repositories.store", "tams.runtime.storage")
"""Loaded when they are first needed."""


def load() -> None:
    """All of `tams serve`, and every function."""
    importlib.import_module("serve.main")
    application = importlib.import_module("serve.application")
    settings = importlib.import_module("serve.settings")
    found, root = application.served_application(settings.ServeSettings())
    sys.path.insert(0, str(root))
    for each in (*(it.module for it in found.functions.values()), *LATE):
        importlib.import_module(each)


if __name__ == "__main__":
    load()
