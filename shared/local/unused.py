"""Names variables that have no effect on the local stack, so that a typo is not ignored in silence."""

from collections.abc import Iterable
from difflib import get_close_matches

from tams.runtime.access_settings import PREFIX as ACCESS
from tams.runtime.access_settings import AccessSettings

_OURS = "TAMS_"

OPTIONS = frozenset(
    {
        "TAMS_CORS_ORIGINS",
        "TAMS_DATA_DIR",
        "TAMS_HOST",
        "TAMS_LOCAL_TOKEN",
        "TAMS_PUBLIC_URL",
        "TAMS_QUEUE_PORT",
        "TAMS_RECYCLE_BIN__KEPT_SECONDS",
        "TAMS_RETENTION__ENABLED",
        "TAMS_S3",
        "TAMS_S3_PORT",
        "TAMS_S3_PUBLIC_URL",
        "TAMS_TRUST_FORWARDED",
        "TAMS_VAST_CONFLICTS",
        "TAMS_VAST_PORT",
        "TAMS_WEBHOOKS__ALLOWED_NETWORKS",
        "TAMS_WORKERS",
    }
)
"""What `options.from_environment` reads, apart from access."""

_ACCESS = frozenset(ACCESS + name.upper() for name in AccessSettings.model_fields)
_FOR_THE_COMMAND = frozenset(
    {
        "TAMS_DEBUG",
        "TAMS_QUEUE_URL",
        "TAMS_S3_URL",
        "TAMS_STACK",
        "TAMS_TOKEN",
        "TAMS_URL",
        "TAMS_VAST_URL",
    }
)
"""A shell that has these set for the `tams` command is no mistake."""


def note(names: Iterable[str]) -> str | None:
    """One line about the variables without effect, with a near name for each; None if all have one."""
    known = OPTIONS | _ACCESS
    unused = [_with_advice(name, known) for name in sorted(_unused(names, known))]
    if not unused:
        return None
    return f"no effect on the local stack: {', '.join(unused)}"


def _unused(names: Iterable[str], known: frozenset[str]) -> set[str]:
    return {
        name for name in names if name.startswith(_OURS) and name not in known | _FOR_THE_COMMAND
    }


def _with_advice(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.85)
    return f"{name} (did you mean {near[0]}?)" if near else name
