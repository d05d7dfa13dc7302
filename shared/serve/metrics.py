"""What a Prometheus asks for."""


def exposed() -> bytes:
    """The text of `/metrics`."""
    return b""
