"""What keeps the service from starting."""


class ServeError(Exception):
    """Its text is for the operator."""
