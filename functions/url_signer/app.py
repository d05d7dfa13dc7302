"""Invoked by webhook_delivery: signs the URLs in events, so the code facing receivers cannot read media."""

from tams.runtime.url_signer import url_signer_handler

lambda_handler = url_signer_handler()
