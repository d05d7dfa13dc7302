"""What it costs to identify the caller. `make bench` records it."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import pytest

from tams.access.accounts import Account, Accounts, hash_password, hash_token
from tams.access.tokens import Issuer
from tams.models.caller import Scope
from tams.runtime.access_settings import AccessSettings
from tams.runtime.authorizer import authorizer_handler
from tests.access.issuer import AUDIENCE, token_issuer
from tests.benchmark.form import compares_times
from tests.benchmark.record import Record

TABLE = "Knowing who calls"
TRIES = 5


def imports_ms(module: str) -> float:
    """In a new interpreter, the fastest of a few."""
    program = (
        f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    )
    took = [
        float(
            subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
        )
        for _ in range(TRIES)
    ]
    return min(took) * 1000


def each_ms(call: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        took.append(time.perf_counter() - started)
    return median(took) * 1000


@compares_times
def test_the_authorizer_starts_faster_than_any_function_and_takes_little_time(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    authorizer, function = (
        imports_ms("tams.runtime.authorizer"),
        imports_ms("tams.runtime.http_handler"),
    )
    with token_issuer() as issuer:
        accounts = Accounts(
            tokens=tuple(
                Account(name=f"t{number}", hash=hash_token(f"t{number}"), scopes=tuple(Scope))
                for number in range(100)
            ),
            users=(Account(name="bob", hash=hash_password("b"), scopes=tuple(Scope)),),
        )
        trusted = Issuer(issuer=issuer.url, audiences=(AUDIENCE,))
        settings = AccessSettings(issuers=(trusted,), accounts=accounts)
        handler = authorizer_handler(lambda: settings)
        asked = {
            "a token of the issuer (RS256)": f"Bearer {issuer.token('read')}",
            "the last of 100 static tokens": "Bearer t99",
            "a password, remembered": "Basic Ym9iOmI=",
        }
        times = {}
        for what, header in asked.items():
            event = {"headers": {"authorization": header}, "rawQueryString": ""}
            assert "caller" in handler(event, None)["context"], what
            times[what] = each_ms(partial(handler, event, None), 500)
        wrong = {"headers": {"authorization": "Basic Ym9iOmM="}, "rawQueryString": ""}
        times["a wrong password (scrypt)"] = each_ms(lambda: handler(wrong, None), 5)
    capsys.readouterr()

    record.line(TABLE, {"what": "imports of the authorizer", "time": f"{authorizer:.0f} ms"})
    record.line(TABLE, {"what": "imports of a function", "time": f"{function:.0f} ms"})
    for what, took in times.items():
        record.line(TABLE, {"what": what, "time": f"{took:.2f} ms"})
    assert authorizer < function
