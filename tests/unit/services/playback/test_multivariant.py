"""Multivariant playlists, and the names of codecs in them."""

from typing import Any

import m3u8
import pytest

from tams.models.flow import Flow, parse_flow
from tams.services.playback.codecs import codec_string
from tams.services.playback.hls_multivariant import multivariant_playlist
from tams.services.playback.presentation import Presentation, Track, presentation_of
from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.unit.services.playback.lists import a_flow

IDS = [f"8d5a1c3e-2b7f-4f5e-9c2d-7e6b5a4c3d0{n}" for n in range(10)]


def video(index: int, **fields: Any) -> Flow:
    essence = {
        "frame_width": 1280,
        "frame_height": 720,
        "frame_rate": {"numerator": 30000, "denominator": 1001},
        "avc_parameters": {"profile": 100, "level": 31, "flags": 0},
        "transfer_characteristic": "SDR",
    }
    return a_flow(id=IDS[index], **{"essence_parameters": essence, **fields})


def audio(index: int, **fields: Any) -> Flow:
    return a_flow(**an_audio_flow_body(id=IDS[index], **fields))


def read(shown: Presentation) -> Any:
    return m3u8.loads(multivariant_playlist(shown, lambda flow: f"../{flow.id}"))


def test_a_picture_with_sounds_names_all_that_a_player_chooses_by() -> None:
    shown = presentation_of(
        [
            Track(video(0, max_bit_rate=4_000, avg_bit_rate=3_000), "video"),
            Track(audio(1, label="English", tags={"language": "en"}, max_bit_rate=128), "audio"),
            Track(audio(2, label="English", tags={"language_code": "de"}, avg_bit_rate=96)),
        ]
    )
    playlist = read(shown)

    (variant,) = playlist.playlists
    info = variant.stream_info
    assert variant.uri == f"../{IDS[0]}"
    assert info.codecs == "avc1.64001f,mp4a.40.2"
    assert info.resolution == (1280, 720)
    assert info.frame_rate == 29.97
    assert info.video_range == "SDR"
    assert info.bandwidth == 4_128_000
    assert info.average_bandwidth is None  # of one sound it is not known
    assert [(each.name, each.language, each.channels, each.default) for each in playlist.media] == [
        ("English", "en", "2", "YES"),
        ("English 2", "de", "2", "NO"),
    ]


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ({"language": "pt-BR"}, "pt-BR"),
        ({"language": "Swiss German", "language_code": "gsw"}, "gsw"),
        ({"language": ["en"], "language_code": "de"}, "de"),
        ({"language": 'en",FORCED="YES'}, None),
        ({"language": "en\0"}, None),
        ({"language": "en\n"}, None),
        ({"language": ""}, None),
    ],
)
def test_only_a_tag_of_a_language_names_one(tags: dict[str, Any], language: str | None) -> None:
    track = Track(audio(1, tags=tags))
    playlist = read(presentation_of([Track(video(0)), track]))

    assert track.language == language
    assert [each.language for each in playlist.media] == [language]


def test_every_picture_goes_with_every_codec_of_sound() -> None:
    shown = presentation_of(
        [Track(video(0)), Track(video(1)), Track(audio(2)), Track(audio(3, codec="audio/opus"))]
    )
    playlist = read(shown)

    assert [(each.uri, each.stream_info.audio) for each in playlist.playlists] == [
        (f"../{IDS[0]}", "mp4a.40.2"),
        (f"../{IDS[0]}", "opus"),
        (f"../{IDS[1]}", "mp4a.40.2"),
        (f"../{IDS[1]}", "opus"),
    ]


def test_sound_alone_has_a_variant_for_each_flow() -> None:
    playlist = read(presentation_of([Track(audio(0)), Track(audio(1))]))

    assert [each.uri for each in playlist.playlists] == [f"../{IDS[0]}", f"../{IDS[1]}"]
    assert playlist.media == []


def test_codecs_are_left_out_where_one_of_them_is_not_known() -> None:
    plain = {"frame_width": 16, "frame_height": 16, "frame_rate": {"numerator": 25}}
    playlist = read(presentation_of([Track(video(0, essence_parameters=plain)), Track(audio(1))]))

    assert playlist.playlists[0].stream_info.codecs is None


def test_captions_are_renditions_too_and_other_data_is_not() -> None:
    data = {"format": "urn:x-nmos:format:data", "essence_parameters": {}}
    texts = a_flow(id=IDS[1], codec="text/vtt", container="text/vtt", label='say "hi"', **data)
    other = a_flow(id=IDS[2], codec="application/json", container="application/json", **data)
    playlist = read(presentation_of([Track(video(0)), Track(texts), Track(other)]))

    assert [(each.type, each.name) for each in playlist.media] == [("SUBTITLES", "say 'hi'")]
    assert playlist.playlists[0].stream_info.subtitles == "texts"


def test_a_flow_is_shown_once_and_a_multiplex_is_a_picture() -> None:
    whole = parse_flow(a_multi_flow_body(id=IDS[0], container="video/mp2t"))
    shown = presentation_of([Track(whole), Track(audio(1)), Track(whole)])

    assert [each.flow.id for each in shown.pictures] == [IDS[0]]
    assert [each.flow.id for each in shown.sounds] == [IDS[1]]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"codec": "video/vp9"}, "vp09.00.31.08"),
        ({"codec": "video/AV1"}, "av01.0.05M.08"),
        ({"codec": "video/h264"}, "avc1.64001f"),
        ({"codec": "video/h265"}, None),
    ],
)
def test_the_name_of_a_picture_codec(fields: dict[str, Any], name: str | None) -> None:
    assert codec_string(video(0, **fields)) == name


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("audio/aac", "mp4a.40.2"),
        ("audio/opus", "opus"),
        ("audio/flac", "fLaC"),
        ("audio/x-raw", None),
    ],
)
def test_the_name_of_a_sound_codec(codec: str, name: str | None) -> None:
    assert codec_string(audio(0, codec=codec)) == name
