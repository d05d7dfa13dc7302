"""Whether web pages may upload and read. Each check returns what it found, or raises NotSoError."""

import urllib3

from tams.object_stores.backend.rules import EXPOSED
from tams.object_stores.backend.trial import NotSoError, Trial


def preflight(trial: Trial) -> str:
    for method, headers in (("PUT", sorted(trial.headers)), ("GET", ["range"])):
        asked = {
            "origin": trial.origin,
            "access-control-request-method": method,
            "access-control-request-headers": ",".join(headers),
        }
        answer = trial.request("OPTIONS", trial.url(method), asked)
        if answer.status not in {200, 204} or not _is_allowed(trial, answer):
            raise NotSoError(f"{method} is not allowed from {trial.origin} ({answer.status})")
        allowed = _listed(answer, "access-control-allow-headers")
        missing = [each for each in headers if each not in allowed and "*" not in allowed]
        if missing:
            raise NotSoError(f"{method} may not send {', '.join(missing)}")
    return f"PUT and GET from {trial.origin}"


def exposed_headers(trial: Trial) -> str:
    answer = trial.request("GET", trial.url("GET"), {"origin": trial.origin})
    if not _is_allowed(trial, answer):
        raise NotSoError(f"a GET is not allowed from {trial.origin}")
    exposed = _listed(answer, "access-control-expose-headers")
    missing = [
        each
        for each in EXPOSED
        # Pages may read the length by the Fetch standard.
        if each.lower() not in exposed and each != "Content-Length" and "*" not in exposed
    ]
    if missing:
        raise NotSoError(f"pages may not read {', '.join(missing)}")
    return ", ".join(EXPOSED)


def _is_allowed(trial: Trial, answer: urllib3.BaseHTTPResponse) -> bool:
    return answer.headers.get("access-control-allow-origin") in {"*", trial.origin}


def _listed(answer: urllib3.BaseHTTPResponse, name: str) -> set[str]:
    return {each.strip().lower() for each in answer.headers.get(name, "").split(",")}
