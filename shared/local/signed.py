"""Finds the key that signed an AWS request.

The signature itself is not checked. The stack's access keys are as secret as its secret keys, and only they
are compared.
"""

import hmac
import re

QUEUE_ACCESS_KEY = "TAMS_LOCAL_QUEUE_ACCESS_KEY"
"""The variable that gives the queue server its key."""

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/, ]+)/").match


def is_signed_with(access_key: str, authorization: str | None) -> bool:
    found = _CREDENTIAL(authorization or "")
    return found is not None and hmac.compare_digest(found[1].encode(), access_key.encode())
