"""Parameter sets of H.264 in MP4. Source: ISO/IEC 14496-15, 5.3.3.1.2."""

from dataclasses import dataclass
from typing import Self

_HEAD_BYTES = 5
_COUNT_OF_SPS = 0b11111


@dataclass(frozen=True, slots=True)
class AvcConfiguration:
    """An AVCDecoderConfigurationRecord: SPS and PPS between what stands before and after them."""

    head: bytes
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    tail: bytes

    @classmethod
    def parse(cls, record: bytes) -> Self:
        """Raises ValueError, IndexError for what is none."""
        if record[0] != 1:
            raise ValueError("not version 1")
        sps, at = _sets(record, _HEAD_BYTES + 1, record[_HEAD_BYTES] & _COUNT_OF_SPS)
        pps, at = _sets(record, at + 1, record[at])
        return cls(record[:_HEAD_BYTES], sps, pps, record[at:])

    def with_sets_of(self, other: "AvcConfiguration") -> bytes:
        """The record with both, so that a decoder can play either."""
        sps = (*self.sps, *(each for each in other.sps if each not in self.sps))
        pps = (*self.pps, *(each for each in other.pps if each not in self.pps))
        return b"".join(
            [
                self.head,
                bytes([0b11100000 | len(sps)]),
                *map(_with_length, sps),
                bytes([len(pps)]),
                *map(_with_length, pps),
                self.tail,
            ]
        )


def _sets(record: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    found = []
    for _ in range(count):
        end = at + 2 + int.from_bytes(record[at : at + 2])
        if end > len(record):
            raise ValueError("a parameter set is not whole")
        found.append(record[at + 2 : end])
        at = end
    return tuple(found), at


def _with_length(each: bytes) -> bytes:
    return len(each).to_bytes(2) + each
