"""Who may call an API that requires no credentials: this machine, and web pages that CORS allows.

CORS alone only hides responses from other pages. Their simple requests would arrive, and write.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from local.cors import CorsPolicy
from local.http_events import HttpRequest
from vastlocal.http.doors import names_this_machine


@dataclass(frozen=True)
class Visitors:
    cors: CorsPolicy
    public_url: str = ""
    """The URL of a proxy in front, which may pass on its own name as `Host`."""

    def refusal(self, request: HttpRequest) -> str:
        """Why an open API refuses a request; empty when it accepts it."""
        host, origin = request.header(b"host"), request.header(b"origin")
        public = urlsplit(self.public_url)
        if host is not None and not names_this_machine(host) and host.lower() != public.netloc:
            return (
                f"Host {host[:60]!r} is not this machine, and the API is open to this machine only: "
                "use 127.0.0.1 or localhost, or set TAMS_LOCAL_TOKEN"
            )
        own = (f"{request.scheme}://{host}", f"{public.scheme}://{public.netloc}")
        if origin is None or origin in own or self.cors.allows(origin):
            return ""
        return (
            f"web pages of {origin[:60]!r} may not call this API while it is open: "
            "allow them with TAMS_CORS_ORIGINS"
        )
