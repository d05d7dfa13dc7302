"""The properties of a packet and its stream."""

from fractions import Fraction
from typing import TYPE_CHECKING

from av.packet import Packet
from av.stream import Stream

if TYPE_CHECKING:
    MediaPacket = Packet[Stream]
else:
    MediaPacket = Packet  # generic for type checkers only


def time_of(packet: MediaPacket) -> Fraction:
    """When a packet is shown, in seconds of the file."""
    assert packet.pts is not None
    assert packet.time_base is not None
    return packet.pts * packet.time_base


def duration_of(packet: MediaPacket) -> Fraction:
    """In seconds; 0 where the file does not say."""
    return (packet.duration or 0) * (packet.time_base or Fraction(0))


def codec_of(stream: Stream) -> str:
    """The codec's name, whichever decoder reads it; empty if there is none."""
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else ""
