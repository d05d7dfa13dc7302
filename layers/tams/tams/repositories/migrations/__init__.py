"""Numbered changes of the tables on VAST, and what they are made of (ADR 17)."""
