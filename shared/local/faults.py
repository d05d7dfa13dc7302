"""Why the local stack cannot run. Each message says what to do."""


class LocalStackError(Exception):
    """Shown at the terminal as it is, without a traceback."""


class PortTakenError(LocalStackError):
    """Another program listens where a part should."""


class AlreadyRunningError(LocalStackError):
    """The data directory belongs to a stack that is running."""


class TemplateError(LocalStackError):
    """template.yaml asks for something that has no local counterpart, or contradicts itself."""


class PartDiedError(LocalStackError):
    """A part ended on its own."""


class InterruptedStartError(LocalStackError):
    """It was asked to stop while it started."""
