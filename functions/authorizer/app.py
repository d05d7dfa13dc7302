"""Tells the API's functions who is calling."""

from tams.runtime.authorizer import authorizer_handler

lambda_handler = authorizer_handler()
