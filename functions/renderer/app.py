"""SQS: parts of Objects; makes Objects of their own of them, so that players show exactly these parts."""

from tams.runtime.renderer import renderer_handler

lambda_handler = renderer_handler()
