"""Who may call an API that asks for no credentials: this machine, and web pages that CORS allows.

CORS alone only hides answers from other pages. Their simple requests would arrive, and write.
"""

from local.cors import CorsPolicy
from local.http_events import HttpRequest
from vastlocal.http.doors import names_this_machine


def refusal(request: HttpRequest, cors: CorsPolicy) -> str:
    """Why a request may not come in to an open API; empty when it may."""
    host, origin = request.header(b"host"), request.header(b"origin")
    if host is not None and not names_this_machine(host):
        return (
            f"Host {host[:60]!r} is not this machine, and the API is open to this machine only: "
            "use 127.0.0.1 or localhost, or set TAMS_LOCAL_TOKEN"
        )
    if origin is None or cors.allows(origin) or origin == f"{request.scheme}://{host}":
        return ""
    return (
        f"web pages of {origin[:60]!r} may not call this API while it is open: "
        "allow them with TAMS_CORS_ORIGINS"
    )
