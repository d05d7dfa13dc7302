"""Whether presigned URLs work as clients expect. Each check returns what it found, or raises NotSoError."""

from tams.object_stores.backend.trial import (
    CONTENT,
    TIMERANGE_HEADER,
    TYPE,
    NotSoError,
    Trial,
    status_and_code,
    whole,
)


def put(trial: Trial) -> str:
    answer = trial.request("PUT", trial.url("PUT", trial.headers), trial.headers, CONTENT)
    if answer.status != 200:
        raise NotSoError(status_and_code(answer))
    return "200, with odd characters in the key and signed metadata"


def enforced(trial: Trial) -> str:
    url = trial.url("PUT", trial.headers)
    other = {**trial.headers, TIMERANGE_HEADER: "[7:0_8:0)"}
    without = {"content-type": TYPE}
    for words, headers in (("metadata other than was signed", other), ("no metadata", without)):
        if (status := trial.request("PUT", url, headers, b"other").status) != 403:
            raise NotSoError(f"an upload with {words} gets {status}, not 403")
    return "403 for metadata other than was signed"


def get(trial: Trial) -> str:
    return whole(trial.request("GET", trial.url("GET")))


def named(trial: Trial) -> str:
    return whole(trial.request("GET", trial.url("GET", name="part.ts")))


def head(trial: Trial) -> str:
    answer = trial.request("HEAD", trial.url("HEAD"))
    length = answer.headers.get("content-length")
    if answer.status != 200 or length != str(len(CONTENT)):
        raise NotSoError(f"{answer.status}, Content-Length {length}")
    return "200, with the right length"


def part(trial: Trial) -> str:
    answer = trial.request("GET", trial.url("GET"), {"range": "bytes=100-199"})
    expected = f"bytes 100-199/{len(CONTENT)}"
    if answer.data != CONTENT[100:200]:
        raise NotSoError(f"{answer.status} with {len(answer.data)} bytes instead of 100")
    if answer.status != 206 or answer.headers.get("content-range") != expected:
        raise NotSoError(f"the right bytes, but {answer.status} instead of 206")
    beyond = trial.request("GET", trial.url("GET"), {"range": f"bytes={len(CONTENT)}-"})
    if beyond.status != 416:
        raise NotSoError(f"{beyond.status} instead of 416 beyond the end")
    return "206, and 416 beyond the end"
