"""Bit rates of a Flow, from its Segments."""

from dataclasses import dataclass

from cli.segmenting import Cut
from cli.times import NS


@dataclass
class BitRate:
    """Bit rates as the application note defines them: of whole Segments, in 1000 bit/s."""

    bits: int = 0
    ns: int = 0
    peak: int = 0

    def add(self, cut: Cut) -> None:
        bits, ns = len(cut.media) * 8, cut.end_ns - cut.start_ns
        self.bits += bits
        self.ns += ns
        if ns:
            self.peak = max(self.peak, bits * NS // ns // 1000)

    def fields(self) -> dict[str, int]:
        if not self.ns:
            return {}
        return {"avg_bit_rate": self.bits * NS // self.ns // 1000, "max_bit_rate": self.peak}
