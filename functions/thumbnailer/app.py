"""Invoked by playback: makes a JPEG of one frame, so that no function with a route decodes media."""

from tams.runtime.thumbnailer import thumbnailer_handler

lambda_handler = thumbnailer_handler()
