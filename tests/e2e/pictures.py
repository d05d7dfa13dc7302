"""What thumbnails show: the number that `playing.numbered_frames` spells, and colours."""

import io
from typing import Any

import av
import httpx

from tests.e2e.playing import BITS


def thumbnail(api: httpx.Client, path: str, **query: object) -> bytes:
    """The JPEG that the service leads to."""
    answer = api.get(f"{path}/thumbnail", params={each: str(query[each]) for each in query})
    assert answer.status_code == 307, answer.text
    image = httpx.get(answer.headers["Location"])
    assert image.status_code == 200, image.text
    assert image.headers["Content-Type"] == "image/jpeg"
    return image.content


def number_in(jpeg: bytes) -> int:
    """Of a frame of bars: the lowest bit is at the left, and white is 1."""
    grey = pixels(jpeg).mean(axis=2)
    middle, bar = grey[grey.shape[0] // 2], grey.shape[1] / BITS
    return sum(int(middle[int(bar * (bit + 0.5))] > 128) << bit for bit in range(BITS))


def size_of(jpeg: bytes) -> tuple[int, int]:
    height, width, _ = pixels(jpeg).shape
    return width, height


def mean_colour(jpeg: bytes) -> tuple[float, float, float]:
    """Red, green and blue."""
    red, green, blue = pixels(jpeg).mean(axis=(0, 1))
    return float(red), float(green), float(blue)


def pixels(jpeg: bytes) -> Any:
    """An array of (height, width, 3)."""
    with av.open(io.BytesIO(jpeg), "r") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")
