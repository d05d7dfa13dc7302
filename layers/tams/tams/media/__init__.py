"""Decodes media, in a process of its own: it alone loads FFmpeg, and may crash or be killed."""
