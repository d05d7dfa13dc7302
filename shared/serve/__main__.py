"""`python -m serve`, which `tams serve` starts."""

import os
import sys

DEFAULTS = {
    "POWERTOOLS_SERVICE_NAME": "tams",
    "POWERTOOLS_TRACE_DISABLED": "true",  # there is no daemon of X-Ray
    "POWERTOOLS_METRICS_DISABLED": "true",  # a Prometheus asks for them
}
"""What Lambda's template would have set. Powertools reads them as it is imported."""


def main() -> int:
    for name, value in DEFAULTS.items():
        if not os.environ.get(name):
            os.environ[name] = value
    from serve.main import main as run  # noqa: PLC0415 - see above

    return run()


if __name__ == "__main__":
    sys.exit(main())
