"""The coverage of Flows: summed up in the background, read at any zoom (ADR 31)."""
