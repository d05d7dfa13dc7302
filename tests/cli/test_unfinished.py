"""Ingests that cannot finish say so, crashes cost one file, and two of one content wait for each other."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli import claims
from cli import ingest as ingest_module
from cli.codecs import Asked
from cli.errors import CommandError
from cli.probe import probe
from local.stack import Stack
from tests.cli.command import flow, ingest, tams
from tests.cli.made_media import make
from tests.cli.test_failures import TAMS, clean
from tests.waiting import until


def clip(path: Path, seconds: float = 4) -> Path:
    return make(path, audio="pcm_s16le", seconds=seconds)


def _refused(*_: object) -> None:
    raise CommandError("PUT /media was refused with 403: AccessDenied")


@pytest.mark.usefixtures("forked")
def test_an_ingest_that_fails_says_so_in_the_store_until_a_rerun_completes_it(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "fails.wav")
    monkeypatch.setattr("cli.client.Client.upload", _refused)
    tams(stack, "ingest", str(path), code=1)
    monkeypatch.undo()

    asked = ("ls", "--tag", "ingest_unfinished", "--search", "fails.wav")
    ids = [each["id"] for each in json.loads(tams(stack, *asked, "--json"))]
    assert len(ids) == 2
    for each in ids:
        found = flow(stack, each)
        assert found["status"] == "awaiting_content"
        assert "AccessDenied" in found["tags"]["ingest_unfinished"]
        assert "ingest_by" not in found["tags"]
    listed = tams(stack, *asked)
    assert listed.count("unfinished: PUT /media was") == 2

    outcome = ingest(stack, path)

    assert outcome["multi_flow_id"] in ids
    for each in ids:
        found = flow(stack, each)
        assert found["status"] == "closed_complete"
        assert not {"ingest_unfinished", "ingest_by"} & found["tags"].keys()


@pytest.mark.usefixtures("forked")
def test_an_unfinished_ingest_can_be_removed_as_a_whole(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.client.Client.upload", _refused)
    tams(stack, "ingest", str(clip(tmp_path / "removed.wav")), code=1)
    monkeypatch.undo()
    listed = tams(stack, "ls", "--label", "removed.wav", "--tag", "ingest_unfinished")
    multi = listed.splitlines()[1].split()[0]

    tams(stack, "rm", "flow", multi[:13], "--members", "--yes")

    assert tams(stack, "ls", "--search", "removed.wav").strip() == "no flows"


@pytest.mark.usefixtures("forked")
def test_a_crash_of_the_media_library_costs_one_file(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = clip(tmp_path / "a.wav"), clip(tmp_path / "b.wav")

    def crash(path: Path, asked: Asked) -> Any:
        if path.name == "a.wav":
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # pytest would print a dump
            os.kill(os.getpid(), signal.SIGSEGV)
        return probe(path, asked)

    monkeypatch.setattr("cli.ingest.probe", crash)

    alone = tams(stack, "ingest", str(bad), code=1)
    both = tams(stack, "ingest", str(bad), str(good), code=1)

    assert "a.wav makes the media library crash (SIGSEGV)" in alone
    assert "1 whole, 1 refused" in both


def test_ctrl_c_is_told_in_the_store(stack: Stack, tmp_path: Path) -> None:
    path = clip(tmp_path / "long.wav", 120)
    command = [TAMS, "ingest", str(path), "--segment-seconds", "0.2", "--url", stack.api_url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean({})) as running:
        listed = ("ls", "--label", path.name)
        until(lambda: "ingesting by" in tams(stack, *listed))
        running.send_signal(signal.SIGINT)
        _, err = running.communicate()

    assert running.returncode == 130
    assert err == "tams: interrupted: run the same command again to resume\n"
    assert "unfinished: interrupted" in tams(stack, *listed)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["this machine", "another machine"])
def test_the_second_ingest_of_one_content_waits_for_the_first(
    stack: Stack, tmp_path: Path, elsewhere: bool
) -> None:
    """Another machine is one that does not share the locks. The first rests until the second waits."""
    path = clip(tmp_path / "both.wav", 60)
    command = [TAMS, "ingest", str(path), "--segment-seconds", "0.2", "--url", stack.api_url]
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")} if elsewhere else {}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, text=True, env=clean({})) as first:
        until(lambda: "ingesting by" in tams(stack, "ls", "--label", path.name))
        workers = psutil.Process(first.pid).children(recursive=True)
        for each in workers:
            each.suspend()
        with subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, env=clean(environment)
        ) as second:
            assert second.stderr is not None
            told = second.stderr.readline()
            for each in workers:
                each.resume()
            out, _ = first.communicate()
            known, _ = second.communicate()

    assert "is ingesting the same content; waiting" in told
    assert first.returncode == second.returncode == 0
    assert "Segments registered" in out
    assert "the same content is already in the store, complete" in known


@pytest.mark.usefixtures("forked")
def test_an_ingest_that_has_long_been_silent_does_not_hold_up_another(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "silent.wav")
    killed = ingest_module.Ingest._ingest_tracks
    monkeypatch.setattr("cli.apart.mark_unfinished", lambda *_: None)
    monkeypatch.setattr(claims, "_machine", lambda: "elsewhere")
    monkeypatch.setattr(
        ingest_module.Ingest, "_ingest_tracks", lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    )
    assert "was killed" in tams(stack, "ingest", str(path), code=1)
    monkeypatch.setattr(ingest_module.Ingest, "_ingest_tracks", killed)
    monkeypatch.setattr(claims, "_machine", lambda: "here")
    monkeypatch.setattr(claims, "SILENT_SECONDS", 0.1)

    outcome = ingest(stack, path)

    assert outcome["registered"] == 2


def test_strict_refuses_damage_before_anything_is_stored(stack: Stack, tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.flac", audio="flac", seconds=4)
    path = tmp_path / "strict.flac"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    refused = tams(stack, "ingest", str(path), "--strict", code=1)

    assert "strict.flac is damaged: audio: the file is cut off" in refused
    assert tams(stack, "ls", "--search", "strict.flac").strip() == "no flows"
    tams(stack, "ingest", str(path), code=3)
    assert "is damaged" in tams(stack, "ingest", str(path), "--strict", code=1)
    assert not ingest(stack, whole, "--strict")["damage"]
