"""Identifies callers for the API's functions."""

from tams.runtime.authorizer import authorizer_handler

lambda_handler = authorizer_handler()
