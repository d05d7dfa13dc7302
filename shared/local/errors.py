"""Why the local stack cannot run. Each message says what to do."""


class LocalStackError(Exception):
    """Shown at the terminal as it is, without a traceback."""


class PortTakenError(LocalStackError):
    """Another program listens on a part's port."""


class AlreadyRunningError(LocalStackError):
    """The data directory belongs to a running stack."""


class TemplateError(LocalStackError):
    """template.yaml requests something that has no local counterpart, or contradicts itself."""


class PartDiedError(LocalStackError):
    """A part ended on its own."""


class InterruptedStartError(LocalStackError):
    """The stack was asked to stop while it was starting."""
