"""What can go wrong for someone at a terminal."""


class CommandError(Exception):
    """Its text is the whole message to the user: what happened, and what to do."""
