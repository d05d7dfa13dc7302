"""The Lambda edge: settings, wiring, handlers."""
