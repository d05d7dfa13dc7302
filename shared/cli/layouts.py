"""Handles channel layouts so that PyAV does not free their memory twice.

A layout that lists its channels one by one (QuickTime's 7.1 among others) has memory of its own. PyAV's
`AudioLayout` shares it with the codec context it was read from. Both free it, and the process crashes.
"""

from av.audio.codeccontext import AudioCodecContext


def settle_layout(context: AudioCodecContext) -> str:
    """The layout's name, in a form for decoders, filters and encoders. Call it before any other use.

    A listed layout becomes a mere number of channels: setting it takes the shared memory from the context, so
    that only one object is left to free it.
    """
    layout = context.layout
    name = layout.name
    if "channels (" in name or "+" in name:
        name = f"{layout.nb_channels} channels"
    context.layout = name
    return name


def channels_of(context: AudioCodecContext) -> int:
    settle_layout(context)
    return context.channels
