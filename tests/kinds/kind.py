"""A kind of file: how FFmpeg makes it, and what its Flows must say that FFmpeg's reading does not."""

# ruff: noqa: E501

from dataclasses import dataclass, field
from typing import Any

PICTURE = "-f lavfi -i testsrc2=size=160x120:rate={rate}:duration={seconds}"
SOUND = "-f lavfi -i aevalsrc=0.3*sin(2*PI*(300+250*t)*t):s={hz}:d={seconds}"
X264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 12"
X265 = "-c:v libx265 -preset ultrafast -g 12 -x265-params log-level=error:keyint=12"
HDR = ":colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
BT2020 = "-color_primaries bt2020 -color_trc {transfer} -colorspace bt2020nc"
STATIC = (
    ":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    ":max-cll=1000,400:hdr-opt=1:repeat-headers=1"
)


def v(rate: str = "25", seconds: str = "2") -> str:
    return PICTURE.format(rate=rate, seconds=seconds)


def a(seconds: str = "2", hz: str = "48000") -> str:
    return SOUND.format(seconds=seconds, hz=hz)


@dataclass(frozen=True)
class Kind:
    """`steps` are the arguments of FFmpeg, each ending with the file it makes; the last one is the kind's.

    `mimes` are the codecs of its Flows. `made` names a step in Python that follows. `but` says of a column what is
    not supported, and why.
    """

    name: str
    steps: tuple[str, ...]
    mimes: tuple[str, ...]
    group: str = "codecs"
    made: str | None = None
    but: dict[str, str] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    left_out: str = ""
    short: bool = False

    @property
    def file(self) -> str:
        return self.steps[-1].rsplit(" ", 1)[-1]


def kind(name: str, steps: str | tuple[str, ...], mimes: str, **more: Any) -> Kind:
    return Kind(name, (steps,) if isinstance(steps, str) else steps, tuple(mimes.split()), **more)


AVC, HEVC, AAC, PCM = "video/h264", "video/h265", "audio/aac", "audio/x-raw-int"
YUV = "-map 0:v -map 1:a"
VA = f"{v()} {a()}"
BARS = f"{VA} {X264} -c:a aac"
