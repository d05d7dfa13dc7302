"""Segments in CMAF: an initialisation for each Flow, fragments on the media's time, and every frame back."""

import struct
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from cli.boxes import every, find, sample_entry
from local.stack import Stack
from tests.cli.command import flow, ingest, objects, segments_of, tams
from tests.cli.made_media import make

KINDS: list[tuple[str, str, str, str]] = [
    ("libsvtav1", "mp4", "av01", "av01.0.00M.08"),
    ("libvpx-vp9", "webm", "vp09", "vp09.00.10.08"),
    ("libx265", "mkv", "hvc1", "hvc1.1.6.L60.90"),
    ("libx265", "ts", "hvc1", "hvc1.1.6.L60.90"),
    ("libopus", "webm", "Opus", "opus"),
    ("flac", "flac", "fLaC", "fLaC"),
    ("alac", "m4a", "alac", "alac"),
]
"""Encoder, suffix of the file, name of the sample entry, and the codec's name for players."""

SOUND = {"libopus", "flac", "alac"}


def made(folder: Path, encoder: str, suffix: str, **how: Any) -> Path:
    path = folder / f"in.{suffix}"
    if encoder in SOUND:
        return make(path, audio=encoder, **how)
    return make(path, video=encoder, **how)


def decoded(source: Path | bytes) -> list[Any]:
    """All frames, or all samples, as FFmpeg plays them."""
    file: Any = BytesIO(source) if isinstance(source, bytes) else str(source)
    with av.open(file, "r") as container:
        if container.streams.video:
            return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return [each.tobytes() for each in np.concatenate(frames, axis=1).T]


def init_of(stack: Stack, flow_id: str) -> bytes:
    """The only one that the Flow has."""
    (url,) = {each["init_object"]["get_urls"][0]["url"] for each in segments_of(stack, flow_id)}
    answer = httpx.get(url)
    assert answer.headers["Content-Type"] in {"video/mp4", "audio/mp4"}
    return answer.content


def decode_times(init: bytes, media: bytes) -> tuple[Fraction, Fraction]:
    """When the first sample of a fragment is decoded, and when its last one ends, in seconds."""
    mdhd = find(init, b"moov", b"trak", b"mdia", b"mdhd")
    assert mdhd is not None
    (ticks,) = struct.unpack_from(">I", init, mdhd.body + 12)
    (tfdt,) = every(media, b"tfdt")
    (start,) = struct.unpack_from(">Q", media, tfdt.body + 4)
    with av.open(BytesIO(init + media), "r") as container:
        stream = container.streams[0]
        assert stream.time_base == Fraction(1, ticks)
        frame = ticks // 25 if stream.type == "video" else 0
        packets = [packet for packet in container.demux(stream) if packet.pts is not None]
        lasting = sum(frame or packet.duration or 0 for packet in packets)
    return Fraction(start, ticks), Fraction(start + lasting, ticks)


@pytest.mark.parametrize(("encoder", "suffix", "entry", "name"), KINDS)
def test_fragments_behind_their_initialisation_are_the_file(
    stack: Stack, tmp_path: Path, encoder: str, suffix: str, entry: str, name: str
) -> None:
    source = made(tmp_path, encoder, suffix, seconds=2.4)

    (flow_id,) = ingest(stack, source, "--segment-seconds", "0.8")["flow_ids"].values()

    init, media = init_of(stack, flow_id), objects(stack, flow_id)
    stored = flow(stack, flow_id)
    assert stored["container"].endswith("/iso.segment")
    assert stored["essence_parameters"]["init_segments"] is True
    assert stored["tags"]["codecs"] == name
    assert sample_entry(init)[0] == entry
    assert len(media) == 3
    played = decoded(init + b"".join(media))
    assert played[: len(decoded(source))] == decoded(source)
    assert encoder == "libopus" or len(played) == len(
        decoded(source)
    )  # its padding is for Segments
    for before, after in pairwise(decode_times(init, each) for each in media):
        assert before[1] == after[0]


@pytest.mark.parametrize(("encoder", "suffix", "entry", "name"), KINDS)
def test_an_export_has_every_frame_unchanged(
    stack: Stack, tmp_path: Path, encoder: str, suffix: str, entry: str, name: str
) -> None:
    source = made(tmp_path, encoder, suffix)
    outcome = ingest(stack, source, "--segment-seconds", "0.8")
    target = tmp_path / "out.mp4"

    words = tams(stack, "export", outcome["multi_flow_id"], str(target))

    assert "re-encoded" not in words
    exported, original = decoded(target), decoded(source)
    assert exported[: len(original)] == original
    assert encoder == "libopus" or len(exported) == len(
        original
    )  # MP4 does not say how long its padding is


@pytest.mark.parametrize("encoder", ["libx265", "libvpx-vp9", "libsvtav1"])
def test_a_stretch_of_a_picture_shows_its_frames(
    stack: Stack, tmp_path: Path, encoder: str
) -> None:
    source = made(tmp_path, encoder, "mkv")
    outcome = ingest(stack, source, "--segment-seconds", "0.4")
    exact, inside = tmp_path / "exact.mp4", tmp_path / "inside.mp4"

    tams(
        stack,
        "export",
        outcome["multi_flow_id"],
        str(exact),
        "--timerange",
        "[0:400000000_1:200000000)",
    )
    tams(stack, "export", outcome["multi_flow_id"], str(inside), "--timerange", "[0:480000000_1:0)")

    assert decoded(exact) == decoded(source)[10:30]
    assert len(decoded(inside)) == 13


def test_sound_goes_with_the_picture(stack: Stack, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", video="libx265", audio="aac")

    flows = ingest(stack, source)["flow_ids"]

    sound = flow(stack, flows["audio"])
    assert sound["container"] == "audio/iso.segment"
    assert sound["tags"]["codecs"] == "mp4a.40.2"
    for flow_id in flows.values():
        assert {each.get("ts_offset") for each in segments_of(stack, flow_id)} == {None}


def test_the_edit_list_hides_priming(stack: Stack, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", video="libx265", audio="aac")
    flow_id = ingest(stack, source, "--segment-seconds", "0.8")["flow_ids"]["audio"]

    init, media = init_of(stack, flow_id), objects(stack, flow_id)

    elst = find(init, b"moov", b"trak", b"edts", b"elst")
    assert elst is not None
    assert struct.unpack_from(">q", init, elst.body + 16) == (1_024,)
    with av.open(BytesIO(init + b"".join(media)), "r") as container:
        first = next(container.decode(audio=0))
        assert first.pts == 0


@pytest.mark.parametrize(
    ("container", "mimes"),
    [
        ("ts", {"video/mp2t"}),
        ("auto", {"video/mp2t"}),
        ("cmaf", {"video/iso.segment", "audio/iso.segment"}),
    ],
)
def test_a_user_chooses_the_container(
    stack: Stack, tmp_path: Path, container: str, mimes: set[str]
) -> None:
    source = make(tmp_path / "in.mp4", video="libx264", audio="ac3")

    outcome = ingest(stack, source, "--container", container)

    stored = [flow(stack, each) for each in outcome["flow_ids"].values()]
    assert {each["container"] for each in stored} == mimes
    target = tmp_path / "out.mp4"
    tams(stack, "export", outcome["multi_flow_id"], str(target))
    assert decoded(target) == decoded(source)


def test_what_was_asked_for_is_known_again(stack: Stack, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", video="libx264", audio="aac")

    usual = ingest(stack, source)
    same = ingest(stack, source, "--container", "ts")
    other = ingest(stack, source, "--container", "cmaf")
    again = ingest(stack, source, "--container", "cmaf")

    assert same["multi_flow_id"] == usual["multi_flow_id"] != other["multi_flow_id"]
    assert again["multi_flow_id"] == other["multi_flow_id"]
    assert again["registered"] == 0


@pytest.mark.parametrize("more", [(), ("--register-by-upload",)])
def test_what_is_missing_is_stored_behind_the_same_initialisation(
    stack: Stack, tmp_path: Path, more: tuple[str, ...]
) -> None:
    source = make(tmp_path / "in.mp4", video="libx265")
    arguments = (str(source), "--segment-seconds", "0.4", *more)
    (flow_id,) = ingest(stack, Path(arguments[0]), *arguments[1:])["flow_ids"].values()
    init_of(stack, flow_id)
    multi_id = ingest(stack, source, *arguments[1:])["multi_flow_id"]
    answer = httpx.delete(
        f"{stack.api_url}/flows/{flow_id}/segments",
        params={"timerange": "[0:700000000_1:300000000)"},
    )
    assert answer.status_code in {202, 204}
    multi = {**flow(stack, multi_id), "status": "ingesting"}
    assert httpx.put(f"{stack.api_url}/flows/{multi_id}", json=multi).status_code == 204

    resumed = ingest(stack, source, *arguments[1:])

    assert resumed["registered"] > 0
    init = init_of(stack, flow_id)
    assert decoded(init + b"".join(objects(stack, flow_id))) == decoded(source)


def test_parameter_sets_that_change_are_kept(stack: Stack, tmp_path: Path) -> None:
    """A transport stream may go on with another picture: its decoder must hear of that."""
    parts = []
    for number, size in enumerate([(160, 96), (320, 192)]):
        part = make(tmp_path / f"{number}.ts", video="libx265", size=size, seconds=1)
        parts.append(part.read_bytes())
    source = tmp_path / "in.ts"
    source.write_bytes(b"".join(parts))

    (flow_id,) = ingest(stack, source, "--segment-seconds", "0.4")["flow_ids"].values()

    found = []
    for each in segments_of(stack, flow_id):
        urls = (each["init_object"]["get_urls"][0]["url"], each["get_urls"][0]["url"])
        found += decoded(b"".join(httpx.get(url).content for url in urls))
    assert found == decoded(source)


def test_flows_in_several_containers_are_exported_together(stack: Stack, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mov", video="libx265", audio="pcm_s24le")
    outcome = ingest(stack, source)
    kinds = {flow(stack, each)["container"] for each in outcome["flow_ids"].values()}
    assert kinds == {"video/iso.segment", "video/quicktime"}
    target = tmp_path / "out.mov"

    tams(stack, "export", outcome["multi_flow_id"], str(target))

    assert decoded(target) == decoded(source)
    with av.open(str(target)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 96_000


def test_priming_in_matroska_is_no_sound_before_the_picture(stack: Stack, tmp_path: Path) -> None:
    source = make(tmp_path / "in.mkv", video="libx265", audio="aac")

    flows = ingest(stack, source)["flow_ids"]

    for flow_id in flows.values():
        first, *_ = segments_of(stack, flow_id)
        assert first["timerange"].startswith("[0:"), first
        assert "ts_offset" not in first


@pytest.mark.parametrize("encoder", ["libx265", "libsvtav1", "libvpx-vp9"])
def test_a_thumbnail_is_the_frame_on_show(stack: Stack, tmp_path: Path, encoder: str) -> None:
    source = made(tmp_path, encoder, "mkv")
    (flow_id,) = ingest(stack, source, "--segment-seconds", "0.4")["flow_ids"].values()

    with av.open(str(source)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for number in (0, 13, 37):
        at = f"{number // 25}:{number % 25 * 40_000_000}"
        path = f"{stack.api_url}/flows/{flow_id}/thumbnail"
        answer = httpx.get(path, params={"at": at, "width": 160}, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        with av.open(BytesIO(answer.content), "r") as container:
            shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
        differences = [np.abs(each.astype(int) - shown).mean() for each in frames]
        assert int(np.argmin(differences)) == number
