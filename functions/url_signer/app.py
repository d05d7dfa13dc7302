"""Invoked by webhook_delivery: signs the URLs in events, so that what talks to receivers reads no media."""

from tams.runtime.url_signer import url_signer_handler

lambda_handler = url_signer_handler()
