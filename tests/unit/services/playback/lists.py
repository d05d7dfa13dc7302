"""Parts to list, and the lists as their readers understand them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from tams.models.flow import Flow, make_flow, parse_flow_put
from tams.models.flow_common import FlowManaged
from tams.models.stored_objects import Instance
from tams.services.playback.hls_media import Address
from tams.services.playback.parts import Part
from tests.builders import a_video_flow_body

SECOND = 1_000_000_000
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def address(object_id: str, instances: object) -> str | None:
    return f"https://media.example/{object_id}?a=1&b=2" if instances else None


def address_of(_flow: Flow) -> Address:
    return address


def part(name: str, start: float, end: float, **given: Any) -> Part:
    """In seconds. The Flow shows all of the Object unless `whole` says what that is."""
    start_ns, end_ns = round(start * SECOND), round(end * SECOND)
    whole = given.pop("whole", (start, end))
    fields = {"instances": (Instance(storage_id="here"),), **given}
    first_ns, last_ns = (round(each * SECOND) for each in whole)
    return Part(
        object_id=name,
        start_ns=start_ns,
        end_ns=end_ns,
        object_start_ns=first_ns,
        object_end_ns=last_ns,
        **fields,
    )


def a_flow(**fields: Any) -> Flow:
    put = parse_flow_put(a_video_flow_body(**fields))
    assert put.technical is not None
    return make_flow(put.common, put.technical, FlowManaged())


@st.composite
def timelines(draw: st.DrawFn) -> list[Part]:
    """Objects of any length in order, some cut, with gaps, and with decoders that start anew."""
    now = draw(st.integers(-(2**62), 2**62))
    offset, init = 0, None
    parts = []
    for index in range(draw(st.integers(0, 8))):
        now += draw(
            st.sampled_from([0, 0, 0, SECOND // 25, 2 * SECOND, 60 * SECOND, 10**7 * SECOND])
        )
        if draw(st.integers(0, 3)) == 0:
            offset, init = draw(st.integers(-(2**40), 2**40)), f"init{index}"
        length = draw(st.integers(2_000_000, 12 * SECOND))
        before, after = (draw(st.sampled_from([0, 0, SECOND])) for _ in range(2))
        parts.append(
            Part(
                object_id=f"object{index}",
                instances=(Instance(storage_id="here"),),
                start_ns=now,
                end_ns=now + length,
                object_start_ns=now - before,
                object_end_ns=now + length + after,
                offset_ns=offset,
                init_object_id=init,
                init_instances=(Instance(storage_id="here"),) if init else (),
            )
        )
        now += length
    return parts


@dataclass(frozen=True)
class Entry:
    uri: str
    length_ns: int
    is_gap: bool
    is_discontinuous: bool
    init: str | None
    date: str | None


def read_media_playlist(text: str) -> tuple[dict[str, str], list[Entry]]:
    """By the rules of RFC 8216, strictly: what is not known here fails."""
    lines = text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert text.endswith("\n")
    head: dict[str, str] = {}
    entries: list[Entry] = []
    init: str | None = None
    now: dict[str, Any] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        match name:
            case "#EXT-X-VERSION" | "#EXT-X-TARGETDURATION" | "#EXT-X-MEDIA-SEQUENCE":
                assert not entries
                assert name not in head
                head[name] = value
            case "#EXT-X-PLAYLIST-TYPE":
                head[name] = value
            case "#EXT-X-ENDLIST":
                head[name] = ""
            case "#EXT-X-MAP":
                init = value.removeprefix('URI="').removesuffix('"')
            case "#EXTINF":
                assert value.endswith(",")
                now["length"] = Decimal(value[:-1])
            case "#EXT-X-GAP":
                now["gap"] = True
            case "#EXT-X-DISCONTINUITY":
                now["discontinuous"] = True
            case "#EXT-X-PROGRAM-DATE-TIME":
                now["date"] = value
            case _:
                assert not line.startswith("#"), line
                assert not line.isspace()
                length_ns = now["length"] * SECOND
                assert length_ns == int(length_ns)
                entries.append(
                    Entry(
                        line,
                        int(length_ns),
                        "gap" in now,
                        "discontinuous" in now,
                        init,
                        now.get("date"),
                    )
                )
                now = {}
    assert not now
    return head, entries


def read_mpd(text: str) -> list[ET.Element]:
    """The periods of a document."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == f"{MPD}MPD"
    assert root.get("type") in {"static", "dynamic"}
    return root.findall(f"{MPD}Period")


def seconds(duration: str | None) -> Decimal:
    """Of `PT1.5S`, the one form in use."""
    assert duration is not None
    assert duration.startswith("PT")
    assert duration.endswith("S")
    return Decimal(duration[2:-1])
