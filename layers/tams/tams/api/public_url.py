"""The URL under which clients reach the service; each `Link` and `Location` starts with it (ADR 14)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fastapi import Request

from tams.models.address import (
    DEFAULT_PORTS,
    AddressRules,
    Authority,
    Forwarding,
    is_base_path,
)

Event = Mapping[str, Any]

PUBLIC_URL = "tamsPublicUrl"
"""The key under which `runtime/http_handler.py` stores it in the event."""

IS_ENCODED_TWICE = "tamsIsEncodedTwice"
"""The key that is set if the request was understood only as one whose path is encoded twice."""

_PAIR = re.compile(r'\s*(?P<name>[a-zA-Z]+)=(?:"(?P<quoted>[^"\\]*)"|(?P<token>[^\s",;=]+))\s*')


def absolute(request: Request, path: str) -> str:
    """`path` of this service as an absolute URL."""
    return f"{request.scope['aws.event'][PUBLIC_URL]}{path}"


def public_url(event: Event, rules: AddressRules) -> str:
    """The service's URL, without a trailing slash.

    The setting wins. Next come the headers of a proxy, if a setting trusts them. Otherwise the gateway
    decides: its domain, and the stage or base path it found in front of the route. The gateway validates
    `Host`; nothing here reads it.
    """
    if rules.public_url is not None:
        return rules.public_url
    context = event["requestContext"]
    scheme, authority, path = rules.gateway_scheme, context["domainName"], _public_path(event)
    forwarded = _forwarded(event.get("headers", {}), rules.trust_forwarded)
    proto, host = forwarded.get("proto", scheme), forwarded.get("host", authority)
    return f"{proto}://{host}{forwarded.get('prefix', path)}"


def base_path(event: Event) -> str:
    """The part of the path in front of the gateway's route: a stage, or the base path of a custom domain."""
    context = event["requestContext"]
    stage = "" if context["stage"] == "$default" else f"/{context['stage']}"
    if not f"{event['rawPath']}/".startswith(f"{stage}/"):
        stage = ""
    pattern = _route_pattern(event.get("routeKey", "").partition(" ")[2])
    match = pattern.fullmatch(event["rawPath"].removeprefix(stage))
    return stage + match["base"] if match else stage


def _public_path(event: Event) -> str:
    """The base path as the client sees it: custom domains do not show the stage."""
    context, path = event["requestContext"], base_path(event)
    own_domain = context.get("domainPrefix") == context.get("apiId")
    return path if own_domain else path.removeprefix(f"/{context['stage']}")


@lru_cache(maxsize=64)
def _route_pattern(route: str) -> re.Pattern[str]:
    """Matches a base path, as short as possible, and the route; `$default` takes any path and has none."""
    if route == "/":
        return re.compile("(?P<base>(?:/[^/]+)*)/?")
    parts = [
        ".+" if part.endswith("+}") else "[^/]+" if part.startswith("{") else re.escape(part)
        for part in route.split("/")[1:]
    ]
    return re.compile(f"(?P<base>(?:/[^/]+)*?)/{'/'.join(parts)}/?" if parts else "(?P<base>).*")


def _forwarded(headers: Mapping[str, str], trusted: Forwarding) -> dict[str, str]:
    """`proto`, `host` and `prefix` from the nearest proxy; empty if one of them is malformed."""
    if trusted == "no":
        return {}
    if trusted == "forwarded":
        forwarded = _last_element(headers.get("forwarded", ""))
    else:
        forwarded = {
            name: headers[f"x-forwarded-{name}"].rpartition(",")[2].strip()
            for name in ("proto", "host", "port", "prefix")
            if f"x-forwarded-{name}" in headers
        }
    return _sound(forwarded)


def _last_element(header: str) -> dict[str, str]:
    """RFC 7239: the element added by the nearest proxy. Anyone may have added the ones before it."""
    forwarded: dict[str, str] = {}
    for pair in header.rpartition(",")[2].split(";"):
        if (match := _PAIR.fullmatch(pair)) is None:
            return {}
        if (name := match["name"].lower()) in ("proto", "host"):
            forwarded[name] = match["quoted"] if match["token"] is None else match["token"]
    return forwarded


def _sound(forwarded: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if "proto" in forwarded:
        found["proto"] = forwarded["proto"].lower()
        if found["proto"] not in DEFAULT_PORTS:
            return {}
    if "host" in forwarded:
        authority = _authority(forwarded["host"], forwarded.get("port"), found.get("proto", ""))
        if authority is None:
            return {}
        found["host"] = str(authority)
    if "prefix" in forwarded:
        found["prefix"] = forwarded["prefix"].rstrip("/")
        if not is_base_path(found["prefix"]):
            return {}
    return found


def _authority(host: str, port: str | None, scheme: str) -> Authority | None:
    """`port` applies if `host` has none, and is omitted if it is the scheme's default."""
    authority = Authority.parse(host)
    if authority is None or authority.port is not None or port is None:
        return authority
    with_port = Authority.parse(f"{authority.host}:{port}")
    usual = with_port is not None and with_port.port == DEFAULT_PORTS.get(scheme)
    return authority if usual else with_port
