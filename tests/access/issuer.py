"""A token issuer, as real as possible on one machine: its own keys, and its key set over HTTP."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "tams-of-the-tests"


@dataclass
class Key:
    id: str
    algorithm: str
    private: Any

    @property
    def public_jwk(self) -> dict[str, Any]:
        made = (RSAAlgorithm if self.algorithm == "RS256" else ECAlgorithm).to_jwk(
            self.private.public_key(), as_dict=True
        )
        return {**made, "kid": self.id, "use": "sig", "alg": self.algorithm}


def new_key(algorithm: str = "RS256") -> Key:
    private: Any = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if algorithm == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    return Key(str(uuid4()), algorithm, private)


@dataclass
class TokenIssuer:
    url: str = ""
    keys: list[Key] = field(default_factory=lambda: [new_key()])
    extra_jwks: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    fetches: int = 0

    def claims(self, *scopes: str, **changed: Any) -> dict[str, Any]:
        """Of a good token; a changed claim of None is left out."""
        now = int(time.time())
        made = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "alice",
            "iat": now,
            "exp": now + 600,
            "scope": " ".join(f"tams-api/{each}" for each in scopes),
            **changed,
        }
        return {name: value for name, value in made.items() if value is not None}

    def token(self, *scopes: str, key: Key | None = None, **changed: Any) -> str:
        signing = key or self.keys[-1]
        return jwt.encode(
            self.claims(*scopes, **changed),
            signing.private,
            signing.algorithm,
            headers={"kid": signing.id},
        )

    def document(self, path: str) -> dict[str, Any]:
        if path.endswith("/openid-configuration"):
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.fetches += 1
        return {"keys": [*(key.public_jwk for key in self.keys), *self.extra_jwks]}


@contextmanager
def token_issuer() -> Iterator[TokenIssuer]:
    issuer = TokenIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(issuer.document(self.path)).encode()
            self.send_response(500 if issuer.away else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        yield issuer
        server.shutdown()


def unsigned(claims: dict[str, Any]) -> str:
    """A token with `alg: none`."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def with_claims(token: str, claims: dict[str, Any]) -> str:
    """The token with other claims under its old signature."""
    header, _, signature = token.split(".")
    return f"{header}.{_part(claims)}.{signature}"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_hmac(claims: dict[str, Any], secret: bytes, key_id: str) -> str:
    """Signed with HMAC, by hand: libraries refuse a public key as the secret."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key_id})}.{_part(claims)}"
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
