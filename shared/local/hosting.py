"""How a process that runs functions begins: with the stack's configuration, and the functions' code."""

import logging
import sys

from local import host_config, streams
from local.application import Application
from local.errors import LocalStackError
from local.function_host import FunctionHost
from local.host_config import HostConfig


def begin() -> tuple[HostConfig, Application, FunctionHost]:
    """Ends the process with one line on standard error if the template or a function is unusable."""
    streams.never_fail()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    config = host_config.receive_config()
    try:
        application = config.application()
        return config, application, FunctionHost(application.functions, config.template.parent)
    except LocalStackError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
