"""What time the Segments of Flows cover: summed up in the background, read at any zoom (ADR 31)."""
